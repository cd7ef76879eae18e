import { InvalidCursor, sealCursor } from '../common/cursor';
import { horizonOf, openToken, sealToken, type SyncToken } from './sync-token';

const KEY = Buffer.alloc(32, 1);
const EPOCH = 'd3b07384-0000-4000-8000-000000000001';
const ALICE = { tenantId: 'the-tenant', userId: 'alice' };
const AT = new Date('2026-06-01T12:00:00.123Z');

const TOKEN: SyncToken = { kind: 'known', known: horizonOf('100:105:101,103', AT) };

describe('a sync token', () => {
  const sealed = sealToken(KEY, EPOCH, ALICE, TOKEN);

  it('comes back as it was', () => {
    expect(openToken(KEY, EPOCH, ALICE, sealed)).toEqual(TOKEN);
  });

  it('is known to be of another incarnation of the data, or of another form', () => {
    expect(openToken(KEY, 'another', ALICE, sealed)).toBeUndefined();
    const older = sealCursor(KEY, 'sync', ALICE, [0, EPOCH, TOKEN]);
    expect(openToken(KEY, EPOCH, ALICE, older)).toBeUndefined();
  });

  it.each([
    ['for somebody else', () => openToken(KEY, EPOCH, { ...ALICE, userId: 'bob' }, sealed)],
    [
      'for the same person of another tenant',
      () => openToken(KEY, EPOCH, { ...ALICE, tenantId: 'x' }, sealed),
    ],
    ['with another key', () => openToken(Buffer.alloc(32, 2), EPOCH, ALICE, sealed)],
    ['that was altered', () => openToken(KEY, EPOCH, ALICE, sealed.slice(0, -2) + 'AA')],
    ['that is none', () => openToken(KEY, EPOCH, ALICE, 'token')],
    ['that is nothing', () => openToken(KEY, EPOCH, ALICE, '')],
    [
      'of another list',
      () => openToken(KEY, EPOCH, ALICE, sealCursor(KEY, 'inbox', ALICE, [1, EPOCH, TOKEN])),
    ],
  ])('is refused %s', (_what, open) => {
    expect(open).toThrow(InvalidCursor);
  });
});

describe('a horizon', () => {
  it('names the transactions that are under way', () => {
    expect(horizonOf('100:105:101,103', AT)).toEqual({ snapshot: '100:105:101,103', takenAt: AT.getTime() });
    expect(horizonOf('100:100:', AT).snapshot).toBe('100:100:');
  });

  it('is before all of them where they are very many', () => {
    const underway = Array.from({ length: 65 }, (_, n) => 101 + n);
    expect(horizonOf(`101:200:${underway.join(',')}`, AT).snapshot).toBe('101:101:');
    expect(horizonOf(`101:200:${underway.slice(1).join(',')}`, AT).snapshot).not.toBe('101:101:');
  });
});
