import type { Profiles } from '../profile';
import { type OthersProgress, toMessageDto } from '../message-view';
import type { ConversationRow, ParticipantRow } from './conversation-row';
import type { ConversationDto, ParticipantDto, PublicConversationDto } from './dto/conversation.dto';

/** A conversation as `viewerId`, one of its participants, sees it. */
export function toConversationDto(
  row: ConversationRow,
  viewerId: string,
  profiles: Profiles,
): ConversationDto {
  const mine = row.lastMessage?.senderId === viewerId;
  return {
    ...shared(row, profiles, viewerId),
    lastMessage:
      row.lastMessage && toMessageDto(row.lastMessage, mine ? othersProgress(row, viewerId) : undefined),
    unreadCount: row.unreadCount,
    isMuted: row.isMuted,
  };
}

/** The same without any viewer's own fields, for frames and events. */
export function toPublicConversationDto(row: ConversationRow, profiles: Profiles): PublicConversationDto {
  return { ...shared(row, profiles), lastMessage: row.lastMessage && toMessageDto(row.lastMessage) };
}

function shared(row: ConversationRow, profiles: Profiles, viewerId?: string): PublicConversationDto {
  return {
    id: row.id,
    type: row.type,
    rev: row.rev,
    name: row.name,
    avatarUrl: row.avatarUrl,
    businessId: row.businessId,
    createdAt: row.createdAt.toISOString(),
    lastActivityAt: row.lastActivityAt.toISOString(),
    lastSeq: row.lastSeq,
    participants: row.participants.map((participant) => toParticipantDto(participant, profiles, viewerId)),
    lastMessage: null,
    messageTtlSeconds: row.messageTtlSeconds,
    assignment: null,
  };
}

export function toParticipantDto(row: ParticipantRow, profiles: Profiles, viewerId?: string): ParticipantDto {
  return {
    userId: row.userId,
    role: row.role,
    profile: profiles.user(row.userId),
    joinedAt: new Date(row.joinedAt).toISOString(),
    ...progressOf(row, viewerId),
  };
}

type Progress = Pick<ParticipantDto, 'lastReadSeq' | 'lastDeliveredSeq'>;

/** How far a participant has got, as `viewerId` may know it. */
export function progressOf(row: ParticipantRow, viewerId?: string): Progress {
  return row.userId === viewerId ? ownProgress(row) : shownProgress(row);
}

function ownProgress({ lastReadSeq, lastDeliveredSeq }: ParticipantRow): Progress {
  return { lastReadSeq, lastDeliveredSeq };
}

/** As others see it: no reading that is kept private, and nothing for somebody who is blocked. */
function shownProgress({
  readReceipts,
  hasBlocked,
  lastReadSeq,
  lastDeliveredSeq,
}: ParticipantRow): Progress {
  if (hasBlocked) return { lastReadSeq: null, lastDeliveredSeq: 0 };
  return { lastReadSeq: readReceipts ? lastReadSeq : null, lastDeliveredSeq };
}

/** Who keeps reading to themselves counts as not having read. With nobody else there, nothing has arrived. */
export function othersProgress({ participants }: ConversationRow, viewerId: string): OthersProgress {
  const others = participants.filter(({ userId }) => userId !== viewerId).map(shownProgress);
  if (others.length === 0) return { deliveredSeq: 0, readSeq: 0 };
  return {
    deliveredSeq: Math.min(...others.map(({ lastDeliveredSeq }) => lastDeliveredSeq)),
    readSeq: Math.min(...others.map(({ lastReadSeq }) => lastReadSeq ?? 0)),
  };
}

/** Whose profiles are shown in these conversations. */
export function peopleIn(rows: readonly ConversationRow[]): { users: Set<string>; businesses: Set<string> } {
  return {
    users: new Set(rows.flatMap(({ participants }) => participants.map(({ userId }) => userId))),
    businesses: new Set(),
  };
}
