import { DataSource, EntitySchema } from 'typeorm';
import { bytesOf, timeOrderedUuid } from './drafts.mjs';

const POOL_SIZE = 16;

const uuid = { type: 'uuid' };
const text = { type: 'text' };
const bytes = { type: 'bytea' };
const bigint = { type: 'bigint' };
const time = { type: 'timestamptz' };
const key = (column) => ({ ...column, primary: true });

const Conversation = new EntitySchema({
  name: 'Conversation',
  tableName: 'conversations',
  columns: {
    conversation_uuid: key(uuid),
    last_seq: bigint,
    rev: bigint,
    last_message_uuid: uuid,
    last_activity: time,
    changed_at: time,
  },
});

const Participant = new EntitySchema({
  name: 'Participant',
  tableName: 'participants',
  columns: { conversation_uuid: key(uuid), user_uuid: key(uuid), role: text },
});

const Message = new EntitySchema({
  name: 'Message',
  tableName: 'messages',
  columns: {
    message_uuid: key(uuid),
    conversation_uuid: uuid,
    seq: bigint,
    rev: bigint,
    sender_uuid: uuid,
    type: text,
    content: text,
    client_message_id: uuid,
    idempotency_key: bytes,
    body_hash: bytes,
    sent_at: time,
  },
});

const OutboxEntry = new EntitySchema({
  name: 'OutboxEntry',
  tableName: 'outbox',
  columns: {
    position: { ...key(bigint), generated: true, generatedType: 'STORED', generatedIdentity: 'ALWAYS' },
    shard: { type: 'smallint' },
    event_uuid: uuid,
    event_type: text,
    schema_version: { type: 'smallint' },
    occurred_at: time,
    trace_id: text,
    tenant_uuid: uuid,
    conversation_uuid: uuid,
    rev: bigint,
  },
});

/**
 * The obvious way on the same tables: for each message a transaction of its own, that looks whether the sender is a
 * member, gives the message its number, saves it, and saves its event.
 */
export async function typeormWriter(url) {
  const source = new DataSource({
    type: 'postgres',
    url,
    entities: [Conversation, Participant, Message, OutboxEntry],
    poolSize: POOL_SIZE,
  });
  await source.initialize();
  return {
    write: (draft) => source.transaction((manager) => write(manager, draft)),
    close: () => source.destroy(),
  };
}

async function write(manager, draft) {
  const { conversationId: conversation_uuid, senderId: sender_uuid } = draft;
  const member = await manager.findOneBy(Participant, { conversation_uuid, user_uuid: sender_uuid });
  if (member === null) throw new Error('no member');

  const message_uuid = timeOrderedUuid();
  const sent_at = new Date();
  const { raw } = await manager
    .createQueryBuilder()
    .update(Conversation)
    .set({
      last_seq: () => 'last_seq + 1',
      rev: () => 'rev + 1',
      last_message_uuid: message_uuid,
      last_activity: sent_at,
      changed_at: sent_at,
    })
    .where({ conversation_uuid })
    .returning(['last_seq', 'rev'])
    .execute();
  const [{ last_seq: seq, rev }] = raw;

  await manager.save(Message, {
    message_uuid,
    conversation_uuid,
    seq,
    rev,
    sender_uuid,
    type: draft.type,
    content: draft.content,
    client_message_id: draft.clientMessageId,
    idempotency_key: bytesOf(draft.clientMessageId),
    body_hash: draft.bodyHash,
    sent_at,
  });
  await manager.save(OutboxEntry, {
    shard: 0,
    event_uuid: message_uuid,
    event_type: 'MessageCreated',
    schema_version: 1,
    occurred_at: sent_at,
    trace_id: draft.traceId,
    tenant_uuid: draft.tenantId,
    conversation_uuid,
    rev,
  });
}
