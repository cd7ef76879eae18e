import type { FastifyInstance } from 'fastify';
import { ValidationFailed } from '../common/problem';

/**
 * What Node would answer by itself, without id, security headers or problem, is taken in and answered like the rest:
 * a request that names no host (Node is told to let it pass), or expects what nobody knows (which HTTP lets us ignore).
 */
export function takeOddRequests(server: FastifyInstance): void {
  server.server.on('checkExpectation', (request, response) => {
    server.server.emit('request', request, response);
  });
  server.addHook('onRequest', ({ headers, raw }, _reply, done) => {
    const isNameless = headers.host === undefined && raw.httpVersion !== '1.0';
    done(isNameless ? ValidationFailed.of('Host', 'must be there') : undefined);
  });
}
