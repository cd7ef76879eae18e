import { faultInMessage } from './message-fault';
import type { MessageRow } from './message-row';

const SOUND: MessageRow = {
  id: '01890a5d-ac96-774b-bcce-b302099a8057',
  conversationId: '01890a5d-ac96-774b-bcce-b302099a8058',
  seq: 1,
  rev: 2,
  senderId: null,
  type: 'text',
  content: 'hello',
  payload: null,
  metadata: null,
  clientMessageId: null,
  sentAt: new Date(),
  editedAt: null,
  deletedAt: null,
  expiresAt: null,
  replyTo: null,
};

const nested = (levels: number): Record<string, unknown> =>
  Array.from({ length: levels - 1 }).reduce<Record<string, unknown>>((inner) => ({ inner }), {});

describe('the fault in a stored message', () => {
  it.each<[string, Partial<MessageRow>]>([
    ['as it was sent', {}],
    ['with times as Postgres writes them in JSON', { sentAt: '2026-01-01T00:00:00.123+00:00' }],
    ['deleted, with nothing left in it', { content: null, deletedAt: new Date() }],
    ['of a type nobody knows', { type: 'hologram' }],
    ['with what its type and its sender added', { payload: { a: [1] }, metadata: nested(64) }],
  ])('is none %s', (_how, more) => {
    expect(faultInMessage({ ...SOUND, ...more })).toBeUndefined();
  });

  it.each<[keyof MessageRow, unknown]>([
    ['seq', 0],
    ['seq', null],
    ['seq', 2 ** 53],
    ['rev', 1.5],
    ['sentAt', Infinity],
    ['editedAt', -Infinity],
    ['deletedAt', 'infinity'],
    ['expiresAt', new Date(NaN)],
    ['payload', []],
    ['payload', 'text'],
    ['metadata', 7],
    ['metadata', nested(66)],
  ])('is in its %s where that is %p', (column, value) => {
    expect(faultInMessage({ ...SOUND, [column]: value })).toBe(column);
  });
});
