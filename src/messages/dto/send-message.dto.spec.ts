import { DomainError } from '../../common/problem';
import { parseShape } from '../../common/validation';
import { bodyHash } from '../../common/body-hash';
import { SendMessageDto } from './send-message.dto';

const ID = '01890a5d-ac96-774b-bcce-b302099a8057';

/** The field that is wrong; nothing where the message is let in. */
function wrongIn(body: object): string | undefined {
  try {
    parseShape(SendMessageDto, body);
    return undefined;
  } catch (error) {
    if (!(error instanceof DomainError)) throw error;
    return [...new Set(error.errors?.map(({ path }) => path))].join();
  }
}

const sized = (bytes: number): object => ({ a: 'x'.repeat(bytes - '{"a":""}'.length) });

describe('the body of a message', () => {
  it.each([
    ['nothing but a text', { content: 'hello' }],
    ['4,000 emoji', { content: '😀'.repeat(4_000) }],
    ['no text, for types that do without', { type: 'poll', payload: {} }],
    ['a type of an extension', { type: 'acme.poll_2-b', content: '' }],
    ['metadata of 4 KiB', { content: 'a', metadata: sized(4_096) }],
    ['a payload of 16 KiB', { type: 'poll', payload: sized(16_384) }],
    ['an expiry of 90 days', { content: 'a', expiresInSeconds: 7_776_000 }],
    ['a key and a reply', { content: 'a', clientMessageId: ID, replyToId: ID }],
  ])('may be %s', (_what, body) => {
    expect(wrongIn(body)).toBeUndefined();
  });

  it.each([
    ['content', '4,001 emoji', { content: '😀'.repeat(4_001) }],
    ['content', 'a number', { content: 1 }],
    ['content', 'null', { content: null }],
    ['type', 'capitals', { content: 'a', type: 'Text' }],
    ['type', 'null', { content: 'a', type: null }],
    ['metadata', '4 KiB and a byte', { content: 'a', metadata: sized(4_097) }],
    ['metadata', 'a list', { content: 'a', metadata: [] }],
    ['payload', '16 KiB and a byte', { content: 'a', payload: sized(16_385) }],
    ['expiresInSeconds', 'no time at all', { content: 'a', expiresInSeconds: 0 }],
    ['expiresInSeconds', 'longer than anything is kept', { content: 'a', expiresInSeconds: 7_776_001 }],
    ['expiresInSeconds', 'a fraction', { content: 'a', expiresInSeconds: 1.5 }],
    ['expiresInSeconds', 'a text', { content: 'a', expiresInSeconds: '60' }],
    ['clientMessageId', 'no UUID', { content: 'a', clientMessageId: 'me' }],
    ['replyToId', 'a list of one', { content: 'a', replyToId: [ID] }],
    ['senderId', 'anybody', { content: 'a', senderId: ID }],
  ])('may not have as its %s %s', (field, _what, body) => {
    expect(wrongIn(body)).toBe(field);
  });

  it('has type text unless it says otherwise', () => {
    expect(parseShape(SendMessageDto, { content: 'a' }).type).toBe('text');
  });

  it.each([10, 100, 1_000, 2_000, 3_000, 4_000, 4_400, 8_000])(
    'is refused, or can be worked with, where its payload is %d lists deep',
    (depth) => {
      const payload = JSON.parse(`{"a":${'['.repeat(depth)}${']'.repeat(depth)}}`) as Record<string, unknown>;
      const refused = wrongIn({ content: 'a', payload }) === 'payload';
      expect(refused || bodyHash({ payload }).length === 16).toBe(true);
    },
  );
});
