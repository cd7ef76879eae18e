import { isUtf8 } from 'node:buffer';
import type { FastifyInstance } from 'fastify';
import { ValidationFailed } from '../common/problem';

/**
 * JSON is the one thing that is read. Unlike Fastify's own parser this one refuses bytes that are not UTF-8, which
 * would be stored as replacement characters and not come back as they were sent; and takes no bytes for no body, as
 * clients that name the type on every request send them.
 */
export function readJsonOnly(server: FastifyInstance): void {
  // Keys of JSON objects are data here: shapes look at own fields only, and nothing is ever merged.
  const parse = server.getDefaultJsonParser('ignore', 'ignore');
  server.removeAllContentTypeParsers();
  server.addContentTypeParser('application/json', { parseAs: 'buffer' }, (request, body: Buffer, done) => {
    if (body.length === 0) done(null, undefined);
    else if (isUtf8(body)) void parse(request, body.toString('utf8'), done);
    else done(ValidationFailed.of('', 'must be UTF-8'));
  });
}
