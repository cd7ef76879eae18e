import type { FastifyInstance } from 'fastify';
import { isLasting, onceLasting } from '../common/lasting-answer';
import { contextFrom, contextOf, rememberContext, runInContext } from '../common/request-context';
import type { RequestRecords } from './request-records';
import { SECURITY_HEADERS } from './security-headers';

/**
 * What happens around every request: it gets its context, its answer gets the headers all answers have, and then
 * it is recorded.
 */
export function addRequestHooks(
  server: FastifyInstance,
  records: Pick<RequestRecords, 'answered'>,
  isStopping: () => boolean,
): void {
  server.addHook('onRequest', (request, reply, done) => {
    const context = contextFrom(request.headers);
    rememberContext(request, context);
    void reply.header('x-request-id', context.requestId).headers(SECURITY_HEADERS);
    // By the route, not the address, which has many spellings. What has no route is an error, and not to be kept.
    const route = request.routeOptions.url;
    if (route === undefined || route.startsWith('/v1/')) void reply.header('cache-control', 'no-store');
    onceLasting(reply.raw, () => runInContext(context, () => records.answered(request, reply)));
    runInContext(context, done);
  });

  // Reading a body goes on in events of the connection, which know nothing of the request's context.
  server.addHook('preValidation', (request, _reply, done) => {
    runInContext(contextOf(request), done);
  });

  // Kept-alive connections would hold the server open for as long as clients like.
  server.addHook('onSend', (_request, reply, _payload, done) => {
    if (isStopping()) void reply.header('connection', 'close');
    done();
  });

  server.addHook('onResponse', (request, reply, done) => {
    if (!isLasting(reply.raw)) runInContext(contextOf(request), () => records.answered(request, reply));
    done();
  });
}
