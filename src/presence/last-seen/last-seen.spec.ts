import { LastSeen } from './last-seen';

const person = (userId: string) => ({ tenantId: '00000000-0000-0000-0000-000000000000', userId });

describe('when people were last seen', () => {
  const names = (seen: ReturnType<LastSeen['take']>): string[] => seen.map((one) => one.person.userId);

  it('waits once for each of them, and those who wait longest go first', () => {
    const lastSeen = new LastSeen();
    for (const name of ['a', 'b', 'a', 'c']) lastSeen.note(person(name));
    expect(names(lastSeen.take(2))).toEqual(['a', 'b']);
    expect(names(lastSeen.take(2))).toEqual(['c']);
    expect(lastSeen.take(2)).toEqual([]);
  });

  it('is put back where it could not be stored, unless something newer is known', () => {
    const lastSeen = new LastSeen();
    for (const name of ['a', 'b']) lastSeen.note(person(name));
    const taken = lastSeen.take(2).map((seen) => ({ ...seen, agoMs: seen.agoMs + 60_000 }));
    lastSeen.note(person('b'));
    lastSeen.putBack(taken);
    const ago = new Map(lastSeen.take(9).map((seen) => [seen.person.userId, seen.agoMs]));
    expect(ago.get('a')).toBeGreaterThanOrEqual(60_000);
    expect(ago.get('b')).toBeLessThan(60_000);
  });
});
