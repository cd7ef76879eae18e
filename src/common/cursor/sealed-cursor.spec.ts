import { randomBytes, randomUUID } from 'node:crypto';
import { InvalidCursor, openCursor, sealCursor } from './sealed-cursor';

const KEY = randomBytes(32);
const ALICE = { tenantId: randomUUID(), userId: randomUUID() };
const POSITION = ['2026-06-01 12:00:00.123456+00', randomUUID()];
const CURSOR = sealCursor(KEY, 'inbox', ALICE, POSITION);

describe('a sealed cursor', () => {
  it.each([[POSITION], [null], [0], ['ünï😀'], [{ nested: [1, { deep: true }] }]])(
    'comes back as it went: %j',
    (position) => {
      expect(openCursor(KEY, 'inbox', ALICE, sealCursor(KEY, 'inbox', ALICE, position))).toEqual(position);
    },
  );

  it('can be a part of an address as it is', () => {
    expect(CURSOR).toMatch(/^[\w-]+$/);
  });

  it.each([
    ['another person', KEY, 'inbox', { ...ALICE, userId: randomUUID() }],
    ['the same id in another tenant', KEY, 'inbox', { ...ALICE, tenantId: randomUUID() }],
    ['tenant and person exchanged', KEY, 'inbox', { tenantId: ALICE.userId, userId: ALICE.tenantId }],
    ['another list', KEY, 'desk', ALICE],
    ['another installation', randomBytes(32), 'inbox', ALICE],
  ])('does not open for %s', (_who, key, purpose, actor) => {
    expect(() => openCursor(key, purpose, actor, CURSOR)).toThrow(InvalidCursor);
  });

  it('does not open with any of its bits flipped', () => {
    const bytes = Buffer.from(CURSOR, 'base64url');
    const opened = Array.from({ length: bytes.length * 8 }, (_, bit) => {
      const forged = Buffer.from(bytes);
      forged.writeUInt8(forged.readUInt8(bit >> 3) ^ (1 << (bit & 7)), bit >> 3);
      return forged.toString('base64url');
    }).filter(opens);
    expect(opened).toEqual([]);
  });

  it.each([
    ['nothing', ''],
    ['cut short', CURSOR.slice(0, -1)],
    ['its seal alone', CURSOR.slice(0, 22)],
    ['with something after it', `${CURSOR}A`],
    ['padded', `${CURSOR}=`],
    ['with white space in it', `${CURSOR.slice(0, 5)} ${CURSOR.slice(5)}`],
    ['in the other alphabet of base64', Buffer.from(CURSOR, 'base64url').toString('base64') + '+/'],
    ['a word', 'next'],
  ])('has one spelling only: %s', (_what, cursor) => {
    expect(opens(cursor)).toBe(false);
  });
});

function opens(cursor: string): boolean {
  try {
    openCursor(KEY, 'inbox', ALICE, cursor);
    return true;
  } catch (error) {
    expect(error).toMatchObject({ code: 'invalid_cursor' });
    return false;
  }
}
