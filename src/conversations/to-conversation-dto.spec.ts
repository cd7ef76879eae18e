import { Profiles } from '../profile';
import { aMessage } from '../../test/support/messages/a-message';
import type { ConversationRow, ParticipantRow } from './conversation-row';
import { toConversationDto, toPublicConversationDto } from './to-conversation-dto';

const ALICE = '00000000-0000-4000-8000-00000000a11c';
const BOB = '00000000-0000-4000-8000-000000000b0b';
const CAROL = '00000000-0000-4000-8000-00000000ca01';
const NOW = new Date('2026-06-01T12:00:00.123Z');

/** Somebody who has read and received everything up to 5, and hides nothing. */
function aParticipant(userId: string, more: Partial<ParticipantRow> = {}): ParticipantRow {
  return {
    userId,
    role: 'member',
    joinedAt: '2026-06-01T14:00:00.123456+02:00',
    lastReadSeq: 5,
    lastDeliveredSeq: 5,
    readReceipts: true,
    hasBlocked: false,
    ...more,
  };
}

function aConversation(more: Partial<ConversationRow> = {}): ConversationRow {
  return {
    id: 'c',
    type: 'group',
    rev: 6,
    name: 'Friends',
    avatarUrl: null,
    businessId: null,
    createdAt: NOW,
    lastActivityAt: NOW,
    lastSeq: 5,
    messageTtlSeconds: 60,
    participants: [aParticipant(ALICE), aParticipant(BOB)],
    lastMessage: aMessage({ senderId: ALICE }),
    unreadCount: 2,
    isMuted: true,
    ...more,
  };
}

const nobody = Profiles.unanswered();
const seenByAlice = (more: Partial<ConversationRow>) => toConversationDto(aConversation(more), ALICE, nobody);

describe('a conversation', () => {
  it('as one of its participants sees it', () => {
    expect(seenByAlice({ participants: [aParticipant(BOB, { role: 'admin' })] })).toEqual({
      id: 'c',
      type: 'group',
      rev: 6,
      name: 'Friends',
      avatarUrl: null,
      businessId: null,
      createdAt: NOW.toISOString(),
      lastActivityAt: NOW.toISOString(),
      lastSeq: 5,
      messageTtlSeconds: 60,
      assignment: null,
      participants: [
        {
          userId: BOB,
          role: 'admin',
          profile: { id: BOB, name: 'User 0b0b', avatarUrl: null, stale: true, asOf: null },
          joinedAt: NOW.toISOString(),
          lastReadSeq: 5,
          lastDeliveredSeq: 5,
        },
      ],
      lastMessage: expect.objectContaining({ id: 'the-message', content: 'hello' }),
      unreadCount: 2,
      isMuted: true,
    });
  });

  it('has no last message before the first', () => {
    expect(seenByAlice({ lastMessage: null }).lastMessage).toBeNull();
  });

  it('shows a deleted last message as one that was there', () => {
    const { lastMessage } = seenByAlice({ lastMessage: aMessage({ senderId: ALICE, deletedAt: NOW }) });
    expect(lastMessage).toMatchObject({ id: 'the-message', content: null, deletedAt: NOW.toISOString() });
  });

  it('does not tell how far those have read who keep it to themselves', () => {
    const participants = [aParticipant(ALICE), aParticipant(BOB, { readReceipts: false })];
    expect(seenByAlice({ participants }).participants.map(({ lastReadSeq }) => lastReadSeq)).toEqual([
      5,
      null,
    ]);
  });

  it('tells everybody how far they have read themselves, and what was delivered to whom', () => {
    const secret = { readReceipts: false };
    const participants = [aParticipant(ALICE, secret), aParticipant(BOB, { ...secret, lastDeliveredSeq: 4 })];
    expect(seenByAlice({ participants }).participants).toMatchObject([
      { lastReadSeq: 5, lastDeliveredSeq: 5 },
      { lastReadSeq: null, lastDeliveredSeq: 4 },
    ]);
  });

  it('tells nothing of somebody’s progress to whom they have blocked, who go on telling theirs', () => {
    const direct: Partial<ConversationRow> = {
      type: 'direct',
      participants: [aParticipant(ALICE), aParticipant(BOB, { hasBlocked: true })],
    };
    const none = { lastReadSeq: null, lastDeliveredSeq: 0 };
    const all = { lastReadSeq: 5, lastDeliveredSeq: 5 };
    expect(seenByAlice(direct).participants).toMatchObject([all, none]);
    expect(seenByAlice(direct).lastMessage?.status).toBe('sent');
    expect(toConversationDto(aConversation(direct), BOB, nobody).participants).toMatchObject([all, all]);
    expect(toPublicConversationDto(aConversation(direct), nobody).participants).toMatchObject([all, none]);
  });
});

describe('the status of the last message', () => {
  const behind = { lastReadSeq: 4, lastDeliveredSeq: 4 };

  it.each<[string, Partial<ParticipantRow>[], string]>([
    ['everybody else has read it', [{}, {}], 'read'],
    ['one has not received it', [{}, behind], 'sent'],
    ['one has received it and not read it', [{}, { lastReadSeq: 4 }], 'delivered'],
    ['one has read it and does not say so', [{}, { readReceipts: false }], 'delivered'],
    ['there is nobody else', [], 'sent'],
  ])('to its sender, where %s', (_where, others, status) => {
    const ids = [BOB, CAROL];
    const participants = [
      aParticipant(ALICE, behind),
      ...others.map((other, index) => aParticipant(ids[index] as string, other)),
    ];
    expect(seenByAlice({ participants }).lastMessage?.status).toBe(status);
  });

  it.each([BOB, null])('is sent to everybody who did not send it (%s did)', (senderId) => {
    expect(seenByAlice({ lastMessage: aMessage({ senderId }) }).lastMessage?.status).toBe('sent');
  });
});

describe('a conversation that everybody is told of', () => {
  const told = toPublicConversationDto(
    aConversation({ participants: [aParticipant(ALICE, { readReceipts: false }), aParticipant(BOB)] }),
    nobody,
  );

  it('has nothing of any viewer’s own', () => {
    expect(told).not.toHaveProperty('unreadCount');
    expect(told).not.toHaveProperty('isMuted');
    expect(told.lastMessage?.status).toBe('sent');
  });

  it('keeps everybody’s secret', () => {
    expect(told.participants.map(({ lastReadSeq }) => lastReadSeq)).toEqual([null, 5]);
  });
});
