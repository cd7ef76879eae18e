import { ALICE, aDelivery, BOB } from '../../../test/support/realtime/deliveries';
import type { LivePacket } from '../fanout/live-packet';
import { type Affected, affectedBy } from './affected-people';

const NOBODY: Affected = { people: [] };

describe('whose unread count a change may alter', () => {
  it.each<[string, LivePacket['event'], object, Affected]>([
    ['a message', 'new_message', { message: { senderId: ALICE } }, { people: [BOB], writer: ALICE }],
    ['a message of nobody', 'new_message', { message: { senderId: null } }, { people: [ALICE, BOB] }],
    ['a message from outside', 'new_message', { message: { senderId: 'shop' } }, { people: [ALICE, BOB] }],
    ['a notice', 'new_message', { message: { senderId: null, type: 'system' } }, NOBODY],
    ['a deletion', 'message_deleted', { message: { senderId: ALICE } }, { people: [BOB] }],
    ['an edit', 'message_updated', { message: { senderId: ALICE } }, NOBODY],
    ['a reading', 'messages_read', { userId: BOB }, { people: [BOB] }],
    ['an arrival', 'messages_delivered', { userId: BOB }, NOBODY],
    ['somebody new', 'participant_added', { userId: BOB }, { people: [BOB] }],
    ['somebody gone', 'participant_removed', { userId: BOB }, { people: [BOB], removed: BOB }],
    ['a new name', 'conversation_updated', { conversation: {} }, NOBODY],
    // Whoever reaches Redis can say anything.
    ['a message that is none', 'new_message', {}, { people: [ALICE, BOB] }],
    ['nothing for a message', 'message_deleted', { message: null }, { people: [ALICE, BOB] }],
    ['a reader that is none', 'messages_read', { userId: { id: BOB } }, NOBODY],
    ['nobody gone', 'participant_removed', {}, NOBODY],
  ])('%s', (_what, event, payload, affected) => {
    expect(affectedBy(aDelivery(1, { packet: { event, payload } }))).toEqual(affected);
  });

  it('nobody’s, where there is nothing to tell', () => {
    expect(affectedBy(aDelivery(1, { packet: null }))).toEqual(NOBODY);
  });
});
