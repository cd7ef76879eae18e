import fastify, { type FastifyInstance } from 'fastify';
import { readJsonOnly } from './json-body';

describe('the body of a request', () => {
  let server: FastifyInstance;
  beforeAll(() => {
    server = fastify({ bodyLimit: 64 });
    readJsonOnly(server);
    server.delete('/', ({ body }) => ({ body: body === undefined ? 'none' : body }));
  });
  afterAll(() => server.close());

  const send = (payload: string | Buffer, type = 'application/json') =>
    server.inject({ method: 'DELETE', url: '/', payload, headers: { 'content-type': type } });

  it.each(['{"a":"é👋"}', '\ufeff{"a":1}', ' [1] ', '"text"', 'null'])('is JSON: %j', async (text) => {
    const answer = await send(text);
    expect(answer.json()).toEqual({ body: JSON.parse(text.replace('\ufeff', '')) });
  });

  it('may hold any key, which is data', async () => {
    const answer = await send('{"__proto__":{"a":1},"constructor":{"prototype":{}}}');
    expect(answer.payload).toBe('{"body":{"__proto__":{"a":1},"constructor":{"prototype":{}}}}');
  });

  it('is none where the type is named and nothing follows', async () => {
    expect((await send('')).json()).toEqual({ body: 'none' });
  });

  it.each([
    ['half a character', [0xf0, 0x9f, 0x98]],
    ['no UTF-8 at all', [0xff]],
    ['an overlong slash', [0xc0, 0xaf]],
    ['half of a surrogate pair', [0xed, 0xa0, 0xbd]],
  ])('is refused where a text in it would not come back as it was sent: %s', async (_what, bytes) => {
    const answer = await send(Buffer.concat([Buffer.from('"'), Buffer.from(bytes), Buffer.from('"')]));
    expect(answer.json()).toMatchObject({ code: 'validation_failed' });
  });

  it.each([
    ['{', 400],
    ['[1] 2', 400],
    [`"${'x'.repeat(64)}"`, 413],
  ])('is refused where it is not JSON, or too much: %s', async (text, status) => {
    expect((await send(text)).statusCode).toBe(status);
  });

  it.each([
    'text/plain',
    'application/x-www-form-urlencoded',
    'application/jsonp',
    'application/json, text/plain',
    '',
  ])('is refused where it says to be something else: %j', async (type) => {
    expect((await send('{}', type)).statusCode).toBe(415);
  });
});
