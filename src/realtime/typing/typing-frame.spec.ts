import { randomUUID } from 'node:crypto';
import { decodeTyping, encodeTyping, TYPING_MS } from './typing-frame';

const node = randomUUID();
const news = {
  tenantId: randomUUID(),
  conversationId: randomUUID(),
  userId: randomUUID(),
  audience: [randomUUID()],
  forMs: 4_321.5,
};

describe('news of typing', () => {
  it('arrive as they were sent', () => {
    const frame = { node, typing: [news, { ...news, audience: [], forMs: 0, parted: true as const }] };
    expect(decodeTyping(encodeTyping(frame))).toEqual(frame);
  });

  const frame = (more: object, typing: object = {}) =>
    JSON.stringify({ v: 1, node, typing: [{ ...news, ...typing }], ...more });
  it.each([
    '',
    'null',
    '{',
    frame({ v: 2 }),
    frame({ node: 'x' }),
    frame({ typing: {} }),
    frame({ typing: [null] }),
    frame({}, { tenantId: '*' }),
    frame({}, { conversationId: null }),
    frame({}, { userId: 7 }),
    frame({}, { audience: news.userId }),
    frame({}, { audience: [7] }),
    frame({}, { audience: Array(1_001).fill(news.userId) }),
    frame({}, { forMs: TYPING_MS + 1 }),
    frame({}, { forMs: -1 }),
    frame({}, { forMs: '1' }),
    frame({}, { forMs: null }),
    frame({ more: 'x'.repeat(1024 * 1024) }),
  ])('are believed by nobody: %.80s', (text) => {
    expect(decodeTyping(text)).toBeUndefined();
  });
});
