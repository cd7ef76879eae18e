import { type Changer, refusalToDelete, refusalToEdit, type Standing } from './editing.rules';

const [ALICE, BOB] = ['alice', 'bob'];
const FRESH_TEXT: Standing = {
  senderId: ALICE,
  type: 'text',
  isDeleted: false,
  isExpired: false,
  isInEditWindow: true,
};
const MEMBER = { isAdmin: false, isBlocked: false };

describe('refusalToEdit', () => {
  it.each<[string, Partial<Standing>, Partial<Changer>, string | undefined]>([
    ['its sender', {}, {}, undefined],
    ['another member', {}, { userId: BOB }, 'not_sender'],
    ['an admin of the group', {}, { userId: BOB, isAdmin: true }, 'not_sender'],
    ['anybody, what the service wrote', { senderId: null }, {}, 'not_sender'],
    ['its sender, who is blocked or has blocked', {}, { isBlocked: true }, 'blocked'],
    ['its sender, where it is no text', { type: 'poll' }, {}, 'validation_failed'],
    ['its sender, after it was deleted', { isDeleted: true }, {}, 'message_deleted'],
    ['its sender, after it expired', { isExpired: true }, {}, 'message_deleted'],
    ['its sender, too late', { isInEditWindow: false }, {}, 'edit_window_closed'],
  ])('%s', (_who, message, changer, code) => {
    const refusal = refusalToEdit({ ...FRESH_TEXT, ...message }, { userId: ALICE, ...MEMBER, ...changer });
    expect(refusal?.code).toBe(code);
  });

  it('names what may not be done at all before what may not be done any more', () => {
    const message = { ...FRESH_TEXT, type: 'poll', isDeleted: true, isInEditWindow: false };
    const codes = [
      refusalToEdit(message, { userId: BOB, ...MEMBER, isBlocked: true }),
      refusalToEdit(message, { userId: ALICE, ...MEMBER, isBlocked: true }),
      refusalToEdit(message, { userId: ALICE, ...MEMBER }),
      refusalToEdit({ ...message, type: 'text' }, { userId: ALICE, ...MEMBER }),
    ].map((refusal) => refusal?.code);
    expect(codes).toEqual(['not_sender', 'blocked', 'validation_failed', 'message_deleted']);
  });
});

describe('refusalToDelete', () => {
  it.each<[string, Partial<Standing>, Partial<Changer>, string | undefined]>([
    ['its sender', {}, {}, undefined],
    ['its sender, however late', { isInEditWindow: false }, {}, undefined],
    ['its sender, who is blocked or has blocked', {}, { isBlocked: true }, undefined],
    ['its sender, whatever it is', { type: 'poll' }, {}, undefined],
    ['another member', {}, { userId: BOB }, 'not_sender'],
    ['another member, after it was deleted', { isDeleted: true }, { userId: BOB }, 'not_sender'],
    ['an admin of the group', {}, { userId: BOB, isAdmin: true }, undefined],
    ['a member, what the service wrote', { senderId: null, type: 'system' }, {}, 'not_sender'],
    ['an admin, what the service wrote', { senderId: null, type: 'system' }, { isAdmin: true }, undefined],
  ])('%s', (_who, message, changer, code) => {
    const refusal = refusalToDelete({ ...FRESH_TEXT, ...message }, { userId: ALICE, ...MEMBER, ...changer });
    expect(refusal?.code).toBe(code);
  });
});
