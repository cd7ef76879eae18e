import { messageColumns } from '../message-view';
import { hasBlocked } from './visibility/has-blocked.sql';

/** `unreadCount` goes no further: it means "or more". */
const UNREAD_CAP = 1000;

/**
 * How many messages are unread: arithmetic on sequence numbers, less the tombstones and system messages among them
 * (the leaves' *_uncounted index, no count over messages).
 *
 * @param unread SQL for the multirange of sequence numbers that may be read and were not.
 */
export const unreadCount = (conversation: string, unread: string): string => /* sql */ `
  least(${UNREAD_CAP}, (
    SELECT coalesce(sum(upper(span) - lower(span)), 0) FROM unnest(${unread}) AS span
  ) - (
    SELECT count(*) FROM messages m
    WHERE m.conversation_uuid = ${conversation} AND m.seq >= lower(${unread}) AND ${unread} @> m.seq
      AND (m.deleted_at IS NOT NULL OR m.type = 'system')
  ))::integer`;

/** The multirange of what participant `p` of conversation `c` may read and has not, having read up to `lastRead`. */
export const unreadSeqs = (p: string, lastRead: string, lastSeq: string): string => /* sql */ `
  ${p}.windows * int8multirange(int8range(${lastRead}, greatest(${lastRead}, ${lastSeq}), '(]'))`;

/**
 * The columns of a `ConversationRow`, for the rows of `page`: conversations joined with the viewer's own
 * `windows`, `last_read_seq` and `is_muted`. Each subquery is bounded: at most 8 participants, one message, and
 * the tombstones and system messages among the unread ones (the leaves' *_uncounted index, no count over messages).
 *
 * @param retentionDays SQL for how long messages are shown.
 */
export const conversationColumns = (retentionDays: string): string => /* sql */ `
  page.conversation_uuid AS id, page.type, page.rev, page.name, page.avatar_url AS "avatarUrl",
  page.business_uuid AS "businessId", page.created_at AS "createdAt", page.last_activity AS "lastActivityAt",
  page.last_seq AS "lastSeq", page.message_ttl_seconds AS "messageTtlSeconds", page.is_muted AS "isMuted",
  (
    SELECT json_agg(json_build_object('userId', q.user_uuid, 'role', q.role, 'joinedAt', q.joined_at,
      'lastReadSeq', q.last_read_seq, 'lastDeliveredSeq', q.last_delivered_seq, 'readReceipts', u.read_receipts,
      'hasBlocked', ${hasBlocked('q', 'page')})
      ORDER BY q.joined_at, q.user_uuid)
    FROM participants q JOIN users u ON u.tenant_uuid = q.tenant_uuid AND u.user_uuid = q.user_uuid
    WHERE q.conversation_uuid = page.conversation_uuid AND upper_inf(q.windows)
  ) AS participants,
  (
    SELECT row_to_json(latest) FROM (
      SELECT ${messageColumns('m', 'page.windows')} FROM messages m
      WHERE m.message_uuid = page.last_message_uuid AND page.windows @> m.seq
        AND m.conversation_uuid IS NOT DISTINCT FROM page.conversation_uuid
        AND m.sent_at >= now() - make_interval(days => ${retentionDays})
    ) AS latest
  ) AS "lastMessage",
${unreadCount('page.conversation_uuid', 'page.unread')} AS "unreadCount"`;

/** The viewer's side of a conversation `c` through their participant row `p`: what \`page\` must have. */
export const VIEWER_COLUMNS = /* sql */ `
  c.conversation_uuid, c.type, c.rev, c.name, c.avatar_url, c.business_uuid, c.created_at, c.last_activity,
  c.last_seq, c.last_message_uuid, c.message_ttl_seconds, c.direct_low_uuid, c.direct_high_uuid, p.windows, p.is_muted, p.last_read_seq,
  ${unreadSeqs('p', 'p.last_read_seq', 'c.last_seq')} AS unread`;
