import { UnreadPairs } from './unread-pairs';

const TENANT = 'tenant';
const pair = (conversationId: string, userId: string) => ({ tenantId: TENANT, conversationId, userId });

describe('counts to be looked up', () => {
  let pairs: UnreadPairs;
  beforeEach(() => {
    pairs = new UnreadPairs();
  });

  it('are each there once, however often they changed', () => {
    pairs.add(TENANT, 'c', ['a', 'b']);
    pairs.add(TENANT, 'c', ['b', 'c']);
    pairs.add(TENANT, 'd', []);
    expect(pairs.size).toBe(3);
    expect(pairs.has(pair('c', 'b'))).toBe(true);
    expect(pairs.has(pair('d', 'b'))).toBe(false);
    expect(pairs.take(100)).toEqual([pair('c', 'a'), pair('c', 'b'), pair('c', 'c')]);
    expect(pairs.size).toBe(0);
  });

  it('are taken by whole conversations, the first first, no more than asked for where there is a choice', () => {
    pairs.add(TENANT, 'c', ['a', 'b', 'c']);
    pairs.add(TENANT, 'd', ['a', 'b']);
    pairs.add(TENANT, 'e', ['a']);
    expect(pairs.take(4).map(({ conversationId }) => conversationId)).toEqual(['c', 'c', 'c']);
    expect(pairs.size).toBe(3);
    expect(pairs.take(1).map(({ conversationId }) => conversationId)).toEqual(['d', 'd']);
    expect(pairs.take(1)).toEqual([pair('e', 'a')]);
    expect(pairs.take(1)).toEqual([]);
  });
});
