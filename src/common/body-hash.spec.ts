import { createHash } from 'node:crypto';
import { bodyHash } from './body-hash';

const BODY = { type: 'text', content: 'a', metadata: { x: 1, y: { z: [1, 2, { p: 1, q: 2 }] } } };

function same(one: Record<string, unknown>, other: Record<string, unknown>): boolean {
  return bodyHash(one).equals(bodyHash(other));
}

/** The same JSON with every object's keys in another order, by the seed. */
function shuffled(value: unknown, seed: string): unknown {
  if (Array.isArray(value)) return value.map((inner) => shuffled(inner, seed));
  if (typeof value !== 'object' || value === null) return value;
  const rank = (key: string): string =>
    createHash('md5')
      .update(seed + key)
      .digest('hex');
  const entries = Object.entries(value).sort(([one], [other]) => (rank(one) < rank(other) ? -1 : 1));
  return Object.fromEntries(entries.map(([key, inner]) => [key, shuffled(inner, seed)]));
}

describe('the hash of a body', () => {
  it('is 128 bits', () => {
    expect(bodyHash(BODY)).toHaveLength(16);
  });

  it('does not depend on the order of fields, however deep', () => {
    const hashes = Array.from({ length: 50 }, (_, seed) =>
      bodyHash(shuffled(BODY, `${seed}`) as typeof BODY).toString('hex'),
    );
    expect(new Set(hashes).size).toBe(1);
  });

  it.each([
    ['an absent field and an undefined one', { content: 'a' }, { content: 'a', metadata: undefined }],
    ['a number and its other spelling', JSON.parse('{"a":1.0}'), JSON.parse('{"a":1}')],
  ])('is the same for %s', (_what, one, other) => {
    expect(same(one, other)).toBe(true);
  });

  it.each([
    ['another text', { content: 'a' }, { content: 'b' }],
    ['white space', { content: 'a' }, { content: 'a ' }],
    ['an accent made in two ways', { content: '\u00e9' }, { content: 'e\u0301' }],
    ['null and nothing', { a: null }, {}],
    ['a number and its text', { a: 1 }, { a: '1' }],
    ['an empty object and an empty list', { a: {} }, { a: [] }],
    ['the order of a list', { a: [1, 2] }, { a: [2, 1] }],
    ['a list and an object with its places', { a: ['x'] }, { a: { 0: 'x' } }],
    ['the depth of a field', { a: { b: 1 } }, { 'a.b': 1 }],
    ['the field a value is in', { a: 1, b: 2 }, { a: 2, b: 1 }],
    ['an object and its text', { a: { b: 1 } }, { a: '{"b":1}' }],
    ['an odd key', JSON.parse('{"a":{"__proto__":1}}'), JSON.parse('{"a":{}}')],
  ])('tells %s', (_what, one, other) => {
    expect(same(one, other)).toBe(false);
  });
});
