import type { ConversationDto } from '../../src/conversations/dto/conversation.dto';
import type { Person } from '../support/chat-client';
import { expectProblem } from '../support/problem';
import { World } from '../support/world';

/** What is wrong, the body, and the field to blame. */
type Refused = [what: string, body: unknown, path: string];

const REFUSED: Refused[] = [
  ['empty content', { content: '' }, 'content'],
  ['nothing but white space', { content: ' \n\t\u00a0\u2003\u3000' }, 'content'],
  ['no content', {}, 'content'],
  ['content: null', { content: null }, 'content'],
  ['content: a number', { content: 1 }, 'content'],
  ['content: a list', { content: ['hello'] }, 'content'],
  ['content: an object', { content: { toString: 'hello' } }, 'content'],
  ['NUL', { content: 'a\0b' }, 'content'],
  ['half of a surrogate pair', { content: 'a\ud83d' }, 'content'],
  ['an unknown type', { content: 'x', type: 'carrier_pigeon' }, 'type'],
  ['a type only the service writes', { content: 'x', type: 'system' }, 'type'],
  ['type: null', { content: 'x', type: null }, 'type'],
  ['a payload, which text has not', { content: 'x', payload: {} }, 'payload'],
  ['a key that is no UUID', { content: 'x', clientMessageId: 'first' }, 'clientMessageId'],
  ['a key that is null', { content: 'x', clientMessageId: null }, 'clientMessageId'],
  ['a reply to no UUID', { content: 'x', replyToId: 1 }, 'replyToId'],
  ['metadata: a list', { content: 'x', metadata: [] }, 'metadata'],
  ['metadata: text', { content: 'x', metadata: '{}' }, 'metadata'],
  ['metadata: null', { content: 'x', metadata: null }, 'metadata'],
  ['metadata with NUL', { content: 'x', metadata: { a: ['\0'] } }, 'metadata'],
  ['metadata with NUL in a key', { content: 'x', metadata: { 'a\0': 1 } }, 'metadata'],
  ['metadata with half a surrogate pair', { content: 'x', metadata: { a: '\udc00' } }, 'metadata'],
  ['no lifetime', { content: 'x', expiresInSeconds: 0 }, 'expiresInSeconds'],
  ['a lifetime as text', { content: 'x', expiresInSeconds: '60' }, 'expiresInSeconds'],
  ['a lifetime in fractions', { content: 'x', expiresInSeconds: 1.5 }, 'expiresInSeconds'],
  ['an endless lifetime', { content: 'x', expiresInSeconds: 1e300 }, 'expiresInSeconds'],
  ['another sender', { content: 'x', senderId: '3f0e2c9e-6d3b-4a3e-9d43-0c6a4a1f0b11' }, 'senderId'],
  ['a seq of its own', { content: 'x', seq: 7 }, 'seq'],
  ['a field nobody knows', { content: 'x', colour: 'red' }, 'colour'],
  ['a field of the language', '{"content":"x","constructor":{"prototype":{"polluted":true}}}', ''],
  ['a prototype', '{"content":"x","__proto__":{"polluted":true}}', ''],
  ['a prototype inside metadata', '{"content":"x","metadata":{"__proto__":{"polluted":true}}}', ''],
  ['a field every object has', { content: 'x', hasOwnProperty: 1, toString: 1 }, 'toString'],
  ['lists in lists without end', `{"content":${'['.repeat(100_000)}${']'.repeat(100_000)}}`, 'content'],
  ['objects in objects', `{"content":"x","metadata":${'{"a":'.repeat(40_000)}1${'}'.repeat(40_000)}}`, ''],
  ['a list', [{ content: 'x' }], ''],
  ['text', '"x"', ''],
  ['null', 'null', ''],
  ['a number', '1', ''],
];

describe('a message that is not one', () => {
  let world: World;
  let alice: Person;
  let chat: ConversationDto;
  beforeAll(async () => {
    world = await World.start();
    alice = world.person('Alice');
    chat = await alice.chatWith(world.person('Bob'));
  });
  afterAll(() => world.stop());

  it.each(REFUSED)('is refused: %s', async (_what, body, path) => {
    expectProblem(await alice.sends(chat, body), 'validation_failed', ...(path === '' ? [] : [path]));
    expect(Object.prototype).not.toHaveProperty('polluted');
    expect((await alice.reads(chat)).body.items).toEqual([]);
  });

  it('is refused with all that is wrong with it', async () => {
    const body = { content: 1, metadata: [], colour: 'red' };
    expectProblem(await alice.sends(chat, body), 'validation_failed', 'content', 'metadata', 'colour');
  });
});
