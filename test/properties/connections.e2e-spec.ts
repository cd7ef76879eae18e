import type { ConversationDto } from '../../src/conversations/dto/conversation.dto';
import type { Person } from '../support/chat-client';
import { expectProblem } from '../support/problem';
import { heardAnswer, speak } from '../support/raw-http';
import { World } from '../support/world';

const BODY = '{"content":"let in"}';
const LENGTH = `Content-Length: ${BODY.length}\r\n`;
const CHUNKED = 'Transfer-Encoding: chunked\r\n';
const CHUNK = `${BODY.length.toString(16)}\r\n${BODY}\r\n`;
const LAST_CHUNK = '0\r\n\r\n';

/** Has not said all, and hangs up. */
const ENDS = true;

/** What comes after the head of a right request, its length missing. */
const REFUSED_BODIES: [what: string, rest: string, thenEnds?: boolean][] = [
  ['of no length', `\r\n${BODY}`],
  ['shorter than it says', `Content-Length: 500\r\n\r\n${BODY}`, ENDS],
  ['longer than it says', `Content-Length: 5\r\n\r\n${BODY}`],
  ['of a length below nothing', `Content-Length: -1\r\n\r\n${BODY}`],
  ['of a length with a sign', `Content-Length: +${BODY.length}\r\n\r\n${BODY}`],
  ['of a length in hexadecimals', `Content-Length: 0x14\r\n\r\n${BODY}`],
  ['of a length beyond all numbers', `Content-Length: 99999999999999999999999\r\n\r\n${BODY}`],
  ['of a list of lengths', `Content-Length: ${BODY.length}, ${BODY.length}\r\n\r\n${BODY}`],
  ['of two lengths', `${LENGTH}Content-Length: 5\r\n\r\n${BODY}`],
  ['of the same length twice', `${LENGTH}${LENGTH}\r\n${BODY}`],
  ['of a length with a space before its colon', `Content-Length : ${BODY.length}\r\n\r\n${BODY}`],
  ['of a length and in chunks', `${LENGTH}${CHUNKED}\r\n${CHUNK}${LAST_CHUNK}`],
  ['in chunks of a kind', `Transfer-Encoding: xchunked\r\n\r\n${CHUNK}${LAST_CHUNK}`],
  ['in chunks and then not', `Transfer-Encoding: chunked, identity\r\n\r\n${CHUNK}${LAST_CHUNK}`],
  ['in chunks, twice', `${CHUNKED}${CHUNKED}\r\n${CHUNK}${LAST_CHUNK}`],
  ['in chunks without a last one', `${CHUNKED}\r\n${CHUNK}`, ENDS],
  ['in a chunk below nothing', `${CHUNKED}\r\n-1\r\n${BODY}\r\n${LAST_CHUNK}`],
  ['in a chunk beyond all numbers', `${CHUNKED}\r\nFFFFFFFFFFFFFFFFF\r\n${BODY}\r\n${LAST_CHUNK}`],
  [
    'in a chunk with much to say of itself',
    `${CHUNKED}\r\n14;${'a'.repeat(20_000)}\r\n${BODY}\r\n${LAST_CHUNK}`,
  ],
  ['in chunks with the line ends of Unix', `${CHUNKED}\r\n${CHUNK}${LAST_CHUNK}`.replaceAll('\r\n', '\n')],
];

const TAKEN_BODIES: [string, string][] = [
  ['of its length', `${LENGTH}\r\n${BODY}`],
  ['in chunks', `${CHUNKED}\r\n${CHUNK}${LAST_CHUNK}`],
  ['in chunks, with a token behind', `${CHUNKED}\r\n${CHUNK}0\r\nAuthorization: Bearer x\r\n\r\n`],
  ['that expects to be asked for', `Expect: 100-continue\r\n${LENGTH}\r\n${BODY}`],
  ['that expects what nobody knows', `Expect: a-miracle\r\n${LENGTH}\r\n${BODY}`],
];

/** From the right head of a request without a body, a wrong one. */
const REFUSED_HEADS: [what: string, wrong: (head: string) => string, thenEnds?: boolean][] = [
  ['with the line ends of Unix', (head) => head.replaceAll('\r\n', '\n')],
  ['with a header on two lines', (head) => `${head}X-A: a\r\n b\r\n`],
  ['with a space before a colon', (head) => `${head}X-A : a\r\n`],
  ['with a header of no name', (head) => `${head}: a\r\n`],
  ['with NUL', (head) => `${head}X-A: a\0b\r\n`],
  ['with half a line end', (head) => `${head}X-A: a\rb\r\n`],
  ['with thousands of headers', (head) => head + 'a: 1\r\n'.repeat(10_000)],
  ['without a host', (head) => head.replace('Host: x\r\n', '')],
  ['of the next version of HTTP', () => 'PRI * HTTP/2.0\r\n\r\nSM\r\n'],
  ['of a version that there is not', (head) => head.replace('HTTP/1.1', 'HTTP/1.9')],
  ['in small letters', (head) => head.replace('GET', 'get')],
  ['with a method without end', (head) => head.replace('GET', 'G'.repeat(20_000))],
  ['with an address without end', (head) => head.replace('/v1', `/${'a'.repeat(30_000)}`)],
  ['with a space in its address', (head) => head.replace('/me', '/me x')],
  ['with a fragment', (head) => head.replace('/me', '/me#a')],
  ['in bytes of another protocol', () => '\x16\x03\x01\x00\x05hello'],
  ['that is half', (head) => head.slice(0, 20), ENDS],
];

describe('a connection', () => {
  let world: World;
  let url: string;
  let alice: Person;
  let chat: ConversationDto;
  beforeAll(async () => {
    world = await World.start();
    [url = ''] = world.nodeUrls;
    alice = world.person('Alice');
    chat = await alice.chatWith(world.person('Bob'));
  });
  afterAll(() => world.stop());

  it.each(REFUSED_BODIES)(
    'T12 brings a body %s: it is refused, and nothing of it stored',
    async (_what, rest, thenEnds = false) => {
      const heard = await speak(
        url,
        headTo('POST', `/v1/conversations/${chat.id}/messages`) + rest,
        thenEnds,
      );
      expectProblem(heardAnswer(heard), 'validation_failed');
      expect((await alice.reads(chat)).body.items).toEqual([]);
    },
  );

  it.each(REFUSED_HEADS)('T12 brings a request %s: it is refused', async (_what, wrong, thenEnds = false) => {
    const heard = await speak(url, `${wrong(headTo('GET', '/v1/users/me'))}\r\n`, thenEnds);
    expectProblem(heardAnswer(heard), 'validation_failed');
  });

  it.each(TAKEN_BODIES)('brings a body %s: it is taken', async (_what, rest) => {
    const heard = await speak(url, headTo('POST', `/v1/conversations/${chat.id}/messages`) + rest, false);
    expect(heard).toMatch(/^(?:HTTP\/1\.1 100 .*\r\n\r\n)?HTTP\/1\.1 201 /);
  });

  it('T11 is to whatever host it says', async () => {
    const request = headTo('GET', '/v1/users/me').replace('/v1', 'http://evil.test/v1');
    const stranger = request.replace(/Authorization.*\r\n/, '');
    expect(await speak(url, `${request}\r\n`, false)).toMatch(/^HTTP\/1\.1 200 /);
    expect(await speak(url, `${stranger}\r\n`, false)).toMatch(/^HTTP\/1\.1 401 /);
  });

  it('says nothing, or nothing that counts, and is let go', async () => {
    expect(
      await Promise.all(
        ['', '\r\n\r\n', 'CONNECT x:1 HTTP/1.1\r\nHost: x\r\n\r\n'].map((bytes) => speak(url, bytes, ENDS)),
      ),
    ).toEqual(['', '', '']);
  });

  it('T31 asks for a protocol that is not spoken there, and is cut', async () => {
    const asking = headTo('GET', '/v1/users/me').replace('close', 'Upgrade');
    expect(await speak(url, `${asking}Upgrade: websocket\r\n\r\n`, false)).toBe('');
  });

  function headTo(method: string, path: string): string {
    return (
      `${method} ${path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n` +
      `Authorization: Bearer ${alice.token}\r\nContent-Type: application/json\r\n`
    );
  }
});
