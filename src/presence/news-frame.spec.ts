import { randomUUID } from 'node:crypto';
import { decodeNews, encodeNews, NEWS_KINDS } from './news-frame';

const node = randomUUID();
const person = { tenantId: randomUUID(), userId: randomUUID() };

describe('news of presence', () => {
  it.each(NEWS_KINDS)('arrive as they were sent: %s', (kind) => {
    const news = { node, kind, people: [person, { ...person, userId: randomUUID() }] };
    expect(decodeNews(encodeNews(news))).toEqual(news);
  });

  const frame = { v: 1, node, kind: 'came', people: [[person.tenantId, person.userId]] };
  it.each([
    '',
    'null',
    '[]',
    '{',
    JSON.stringify({ ...frame, v: 2 }),
    JSON.stringify({ ...frame, node: 'x' }),
    JSON.stringify({ ...frame, kind: '__proto__' }),
    JSON.stringify({ ...frame, people: {} }),
    JSON.stringify({ ...frame, people: [person] }),
    JSON.stringify({ ...frame, people: [[person.tenantId, 'x']] }),
    JSON.stringify({ ...frame, people: [[person.tenantId, person.userId], null] }),
    JSON.stringify({ ...frame, more: 'x'.repeat(1024 * 1024) }),
  ])('are believed by nobody: %.60s', (text) => {
    expect(decodeNews(text)).toBeUndefined();
  });
});
