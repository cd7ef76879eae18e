import { type Typer, Typers } from './typers';

const typer = (conversationId: string, userId: string, until = 5_000): Typer => ({
  tenantId: 't',
  conversationId,
  userId,
  audience: [],
  until,
  own: undefined,
});

describe('those who type', () => {
  it('are known by conversation and person', () => {
    const typers = new Typers();
    const all = [typer('one', 'a'), typer('one', 'b'), typer('two', 'a')];
    for (const one of all) typers.add(one);
    expect(typers.in('one')).toEqual(all.slice(0, 2));
    expect(typers.find('two', 'a')).toBe(all[2]);
    expect(typers.find('two', 'b')).toBeUndefined();
    expect(typers.remove('one', 'a')).toBe(all[0]);
    expect(typers.remove('one', 'a')).toBeUndefined();
    expect(typers.all()).toEqual(all.slice(1));
  });

  it('are over when their time is', () => {
    const typers = new Typers();
    for (const [user, until] of [
      ['a', 1_000],
      ['b', 2_000],
    ] as const)
      typers.add(typer('one', user, until));
    expect(typers.takeOver(999)).toEqual([]);
    expect(typers.takeOver(1_000).map(({ userId }) => userId)).toEqual(['a']);
    expect(typers.isEmpty).toBe(false);
    expect(typers.takeOver(9_000).map(({ userId }) => userId)).toEqual(['b']);
    expect(typers.isEmpty).toBe(true);
  });

  it('are no more than can be of use, counted once each', () => {
    const typers = new Typers();
    for (let user = 0; user < 9_999; user++) typers.add(typer('one', String(user)));
    typers.add(typer('one', '7', 6_000));
    expect(typers.isFull).toBe(false);
    typers.add(typer('two', 'another'));
    expect(typers.isFull).toBe(true);
  });
});
