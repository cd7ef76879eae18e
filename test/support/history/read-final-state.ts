import type { Person } from '../chat-client';
import type { FinalState, ReadCount, ReadHistory, ReadSync, Stay } from './final-state';
import type { SeenMessage } from './history';
import { readSync } from './read-sync';
import { type BusAddress, readBus } from './read-bus';

const PAGE_SIZES = [100, 37];

export interface Place {
  readonly people: readonly Person[];
  /** How many nodes there are to be asked. */
  readonly nodes: number;
  /** The conversations of the story. */
  readonly conversationIds: readonly string[];
  /** The token with which each of them began, by their id. */
  readonly firstTokens: ReadonlyMap<string, string>;
  /** null: what was there is lost. */
  readonly bus: BusAddress | null;
  readonly query: <Row>(text: string, values?: readonly unknown[]) => Promise<Row[]>;
}

/** All there is to be read in the end: by every member, at every node, from Postgres and from the bus. */
export async function readFinalState(place: Place): Promise<FinalState> {
  const { conversationIds: ids, query } = place;
  const stored = await query<SeenMessage>(
    `SELECT message_uuid AS id, conversation_uuid AS "conversationId", seq::int, sender_uuid AS "senderId", type,
       CASE WHEN deleted_at IS NULL THEN content END AS content, client_message_id AS "clientMessageId",
       to_char(sent_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') AS "sentAt",
       to_char(deleted_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') AS "deletedAt"
     FROM messages WHERE conversation_uuid = ANY ($1) ORDER BY conversation_uuid, seq`,
    [ids],
  );
  const stays = await query<Stay>(
    `SELECT conversation_uuid AS "conversationId", user_uuid AS "userId", lower(stay)::int AS "from", upper(stay)::int AS "to"
     FROM participants, unnest(windows) AS stay WHERE conversation_uuid = ANY ($1)`,
    [ids],
  );
  const [backlog] = await query<{ waiting: number }>(
    'SELECT count(*)::int AS waiting FROM outbox WHERE published_at IS NULL',
  );
  return {
    stored,
    stays,
    conversations: await query(
      `SELECT conversation_uuid AS id, last_seq::int AS "lastSeq", rev::int
       FROM conversations WHERE conversation_uuid = ANY ($1)`,
      [ids],
    ),
    histories: await readHistories(place, stays),
    counts: await readCounts(place),
    syncs: await readSyncs(place),
    bus: place.bus && (await readBus(place.bus)).filter(({ key }) => ids.includes(key)),
    backlog: backlog?.waiting ?? 0,
  };
}

async function readHistories({ people, nodes }: Place, stays: readonly Stay[]): Promise<ReadHistory[]> {
  const histories: ReadHistory[] = [];
  for (const { conversationId, userId, to } of stays) {
    const reader = people.find(({ id }) => id === userId);
    if (to !== null || reader === undefined) continue;
    for (let node = 0; node < nodes; node++) {
      const pageSize = PAGE_SIZES[histories.length % PAGE_SIZES.length] ?? 1;
      const messages = await readAll(reader.at(node), conversationId, pageSize);
      histories.push({ reader: reader.id, node, conversationId, pageSize, messages });
    }
  }
  return histories;
}

async function readAll(reader: Person, conversationId: string, limit: number): Promise<SeenMessage[]> {
  const messages: SeenMessage[] = [];
  for (;;) {
    const query = { limit, after: messages.at(-1)?.seq ?? 0 };
    const { status, body } = await reader.reads({ id: conversationId }, query);
    if (status !== 200) throw new Error(`${reader.name} can not read: ${JSON.stringify(body)}`);
    messages.push(...body.items);
    if (!body.hasMore) return messages;
  }
}

async function readSyncs({ people, nodes, firstTokens }: Place): Promise<ReadSync[]> {
  const syncs: ReadSync[] = [];
  for (const reader of people)
    for (let node = 0; node < nodes; node++) {
      const limit = PAGE_SIZES[syncs.length % PAGE_SIZES.length] ?? 1;
      const { pages } = await readSync(reader.at(node), firstTokens.get(reader.id), limit);
      syncs.push({
        reader: reader.id,
        node,
        conversations: pages.flatMap(({ conversations }) => conversations),
        messages: pages.flatMap(({ messages }) => messages),
        receipts: pages.flatMap(({ receipts }) => receipts),
        removedConversationIds: pages.flatMap(({ removedConversationIds }) => removedConversationIds),
      });
    }
  return syncs;
}

async function readCounts({ people, nodes, conversationIds }: Place): Promise<ReadCount[]> {
  const counts: ReadCount[] = [];
  for (const person of people)
    for (let node = 0; node < nodes; node++) {
      const { body } = await person.at(node).inbox({ limit: 100 });
      for (const { id, unreadCount, participants } of body.items) {
        const lastReadSeq = participants.find(({ userId }) => userId === person.id)?.lastReadSeq ?? 0;
        if (conversationIds.includes(id))
          counts.push({ reader: person.id, node, conversationId: id, lastReadSeq, unreadCount });
      }
    }
  return counts;
}
