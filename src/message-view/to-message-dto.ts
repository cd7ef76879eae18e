import { contentHtml } from './content-html';
import type { MessageDto, MessageStatus, ReplyDto } from './message.dto';
import type { MessageRow, OthersProgress, RepliedTo } from './message-row';

const EXCERPT_CODE_POINTS = 120;

/**
 * The only place where a stored message becomes the public one.
 * @param others How far the others have got, when the viewer is the message's sender; without it `status` is `sent`.
 */
export function toMessageDto(row: MessageRow, others?: OthersProgress): MessageDto {
  const deleted = row.deletedAt !== null;
  return {
    id: row.id,
    conversationId: row.conversationId,
    seq: row.seq,
    rev: row.rev,
    senderId: row.senderId,
    type: row.type,
    content: deleted ? null : row.content,
    contentHtml: deleted || row.content === null ? null : contentHtml(row.content),
    payload: deleted ? null : row.payload,
    sentAt: toIso(row.sentAt),
    editedAt: row.editedAt === null ? null : toIso(row.editedAt),
    deletedAt: row.deletedAt === null ? null : toIso(row.deletedAt),
    expiresAt: row.expiresAt === null ? null : toIso(row.expiresAt),
    clientMessageId: row.clientMessageId,
    replyTo: deleted || row.replyTo === null ? null : toReplyDto(row.replyTo),
    metadata: deleted ? null : row.metadata,
    status: others === undefined ? 'sent' : statusFor(row.seq, others),
  };
}

function toReplyDto(original: RepliedTo): ReplyDto {
  const { id, seq, senderId, content } = original;
  return { id, seq, senderId, excerpt: content === null ? null : excerpt(content) };
}

function excerpt(content: string): string {
  if (content.length <= EXCERPT_CODE_POINTS) return content;
  // One more than is shown, each of one or two units, tells whether there is more.
  const codePoints = [...content.slice(0, (EXCERPT_CODE_POINTS + 1) * 2)];
  return codePoints.length <= EXCERPT_CODE_POINTS
    ? content
    : `${codePoints.slice(0, EXCERPT_CODE_POINTS).join('')}…`;
}

function statusFor(seq: number, others: OthersProgress): MessageStatus {
  if (others.readSeq >= seq) return 'read';
  return others.deliveredSeq >= seq ? 'delivered' : 'sent';
}

/** Times inside JSON built by Postgres arrive as text. */
function toIso(time: Date | string): string {
  return (typeof time === 'string' ? new Date(time) : time).toISOString();
}
