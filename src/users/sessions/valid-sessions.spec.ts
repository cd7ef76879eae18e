import { Logger } from '@nestjs/common';
import { ValidSessions } from './valid-sessions';

const ALICE = { tenantId: 't', userId: 'alice' };
const NOON = new Date('2026-06-01T12:00:00.500Z');
const later = (ms: number): Date => new Date(NOON.getTime() + ms);

describe('ValidSessions', () => {
  let sessions: ValidSessions;
  beforeEach(() => {
    sessions = new ValidSessions();
  });

  const accepts = (issuedAt: Date | null, actor = ALICE): boolean => sessions.accept({ actor, issuedAt });

  it('know nobody at first, and those whose row was read from then on', () => {
    expect(sessions.know(ALICE)).toBe(false);
    sessions.learn(ALICE, null);
    expect(sessions.know(ALICE)).toBe(true);
    expect(sessions.know({ ...ALICE, tenantId: 'another' })).toBe(false);
  });

  it('accept every token of somebody for whom none was revoked', () => {
    sessions.learn(ALICE, null);
    expect(accepts(NOON)).toBe(true);
    expect(accepts(null)).toBe(true);
  });

  it.each<[string, () => void]>([
    ['the row says so', () => sessions.learn(ALICE, NOON)],
    ['it is heard of', () => (sessions.learn(ALICE, null), sessions.revoke(ALICE, NOON))],
    ['it was heard of before the row was read', () => sessions.revoke(ALICE, NOON)],
    [
      // The row had been read before the revocation was committed, and comes to be known after it was heard of.
      'an older row arrives afterwards',
      () => (sessions.revoke(ALICE, NOON), sessions.learn(ALICE, null)),
    ],
    ['a row is read again that is older', () => (sessions.learn(ALICE, NOON), sessions.learn(ALICE, null))],
    [
      'an earlier revocation is heard of once more',
      () => (sessions.learn(ALICE, NOON), sessions.revoke(ALICE, later(-60_000))),
    ],
  ])('refuse tokens from before, and those that do not say, when %s', (_when, happens) => {
    happens();
    expect(accepts(later(-1))).toBe(false);
    expect(accepts(null)).toBe(false);
    expect(accepts(NOON)).toBe(true);
    expect(accepts(later(1))).toBe(true);
  });

  it('refuse a token that does not say when it was issued also where those revoked are from the dawn of time', () => {
    sessions.learn(ALICE, new Date('1969-01-01T00:00:00Z'));
    expect(accepts(null)).toBe(false);
    expect(accepts(NOON)).toBe(true);
  });

  it('mind nobody else', () => {
    sessions.revoke(ALICE, NOON);
    expect(accepts(null, { ...ALICE, userId: 'bob' })).toBe(true);
    expect(accepts(null, { ...ALICE, tenantId: 'another' })).toBe(true);
  });

  it('do not hold a revocation for the row it is in', () => {
    sessions.revoke(ALICE, NOON);
    expect(sessions.know(ALICE)).toBe(false);
  });

  it('tell every listener, whatever becomes of the others', () => {
    const errors = jest.spyOn(Logger.prototype, 'error').mockReturnValue();
    const heard: unknown[] = [];
    sessions.onRevoked(() => {
      throw new Error('a socket that can not be closed');
    });
    sessions.onRevoked((person) => heard.push([person, accepts(null)]));
    sessions.revoke(ALICE, NOON);
    expect(heard).toEqual([[ALICE, false]]);
    expect(errors).toHaveBeenCalledTimes(1);
    errors.mockRestore();
  });
});
