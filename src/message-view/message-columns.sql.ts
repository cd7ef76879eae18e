const EXCERPT_SOURCE_CHARACTERS = 240;

/**
 * The columns of a `MessageRow`.
 * @param m alias of the `messages` row.
 * @param windows SQL for the multirange of sequence numbers the reader may read: an original outside of it,
 * or deleted, is replied to without its text. One lookup by primary key for a reply, none otherwise.
 */
export function messageColumns(m: string, windows: string): string {
  return /* sql */ `
    ${m}.message_uuid AS id, ${m}.conversation_uuid AS "conversationId", ${m}.seq, ${m}.rev,
    ${m}.sender_uuid AS "senderId", ${m}.type, ${m}.content, ${m}.payload, ${m}.metadata,
    ${m}.client_message_id AS "clientMessageId", ${m}.sent_at AS "sentAt", ${m}.edited_at AS "editedAt",
    ${m}.deleted_at AS "deletedAt", ${m}.expires_at AS "expiresAt",
    CASE WHEN ${m}.reply_to_uuid IS NOT NULL THEN (
      SELECT json_build_object('id', original.message_uuid, 'seq', original.seq, 'senderId', original.sender_uuid,
        'content', CASE WHEN original.deleted_at IS NULL AND ${windows} @> original.seq
          THEN left(original.content, ${EXCERPT_SOURCE_CHARACTERS}) END)
      FROM messages original
      WHERE original.message_uuid = ${m}.reply_to_uuid
        AND original.conversation_uuid IS NOT DISTINCT FROM ${m}.conversation_uuid
    ) END AS "replyTo"`;
}
