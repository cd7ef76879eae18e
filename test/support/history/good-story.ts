import type { BusEvent, FinalState } from './final-state';
import {
  type Action,
  type Attempt,
  History,
  type Outcome,
  type SeenMessage,
  type Session,
  type VersionedMessage,
} from './history';

/** When the story begins. */
export const NOON = Date.parse('2030-01-01T12:00:00Z');
export const CHAT = 'chat';
/** Left in the middle. */
export const CAT = 'cat';

/** At which each message was made. */
const REVISIONS = [0, 2, 3, 5, 8, 9];

type Mutable<T> = { -readonly [Key in keyof T]: T[Key] };

/** A story that may be spoilt. */
export interface Story {
  readonly history: History;
  readonly end: {
    -readonly [Key in keyof FinalState]: NonNullable<FinalState[Key]> extends readonly (infer Item)[]
      ? Mutable<Item>[]
      : FinalState[Key];
  };
}

/**
 * Ann and Bob write, Cat reads until she is removed. A sending of Bob's is cut off and sent again, Ann edits her
 * first message and deletes her third, Bob reads up to the second; a node is away for a second.
 */
export function goodStory(): Story {
  const history = new History();
  const messages = [
    message(1, 'ann', 'one', 0),
    message(2, 'bob', 'two', 100),
    message(3, 'ann', 'three', 2_000),
    message(4, 'bob', 'four', 8_000),
    message(5, 'ann', 'five', 9_000),
  ];
  const [one, two, three, four, five] = messages as [
    VersionedMessage,
    VersionedMessage,
    VersionedMessage,
    VersionedMessage,
    VersionedMessage,
  ];

  did(history, 'ann', sending(one), 0, 10, stored(one));
  did(history, 'bob', sending(two), 100, 200, { phase: 'info', status: 503, retryAfter: 1 });
  did(history, 'bob', sending(two), 300, 310, stored(two));
  did(history, 'bob', { kind: 'read', conversationId: CHAT, seq: 1 }, 400, 410, marked(1));
  did(history, 'bob', { kind: 'read', conversationId: CHAT, seq: 2 }, 500, 510, marked(2));
  did(history, 'ann', { ...here(one), kind: 'edit', content: 'one!' }, 600, 610, OK);
  did(history, 'ann', sending(three), 2_000, 2_010, stored(three));
  did(history, 'ann', { ...here(three), kind: 'delete' }, 2_500, 2_510, OK);
  did(history, 'ann', { kind: 'remove', conversationId: CHAT, userId: CAT }, 3_000, 3_010, OK);
  did(history, 'bob', sending(four), 8_000, 8_010, stored(four));
  did(history, 'ann', sending(five), 9_000, 9_010, stored(five));
  history.troubles.push({ what: 'kill', node: 1, severs: true, from: NOON + 4_000, until: NOON + 5_000 });
  history.usage.push({ node: 0, at: NOON, rssMib: 100, openFiles: 50, postgresConnections: 20 });

  Object.assign(one, { content: 'one!', rev: 4 });
  Object.assign(three, { content: null, deletedAt: at(2_505), rev: 6 });
  history.sessions.push(
    session('ann', 0, null, messages),
    session('bob', 0, null, messages),
    session(CAT, 1, 2_100, [one, two, three]),
  );
  told(history, 'ann', 0);
  told(history, 'bob', 1);
  for (const client of ['ann', 'bob', CAT]) {
    synced(history, client, -900, []);
    synced(history, client, 3_500, client === CAT ? [] : [one, two, three]);
  }

  const read = (reader: string, node: number) => ({
    reader,
    node,
    conversationId: CHAT,
    pageSize: 50,
    messages,
  });
  return {
    history,
    end: {
      stored: messages.map((row) => ({ ...row })),
      conversations: [{ id: CHAT, lastSeq: 5, rev: 9 }],
      stays: [
        { conversationId: CHAT, userId: 'ann', from: 1, to: null },
        { conversationId: CHAT, userId: 'bob', from: 1, to: null },
        { conversationId: CHAT, userId: CAT, from: 1, to: 4 },
      ],
      histories: [read('ann', 0), read('ann', 1), read('bob', 0), read('bob', 1)],
      counts: [
        { reader: 'ann', node: 0, conversationId: CHAT, lastReadSeq: 5, unreadCount: 0 },
        { reader: 'bob', node: 1, conversationId: CHAT, lastReadSeq: 4, unreadCount: 1 },
      ],
      syncs: ['ann', 'bob'].map((reader) => ({
        reader,
        node: 0,
        conversations: [{ id: CHAT }],
        messages: messages.map((row) => ({ ...row })),
        receipts: [{ conversationId: CHAT, userId: 'bob', lastReadSeq: 4 }],
        removedConversationIds: [],
      })),
      bus: [
        event(1, 'ConversationCreated', {}),
        created(2, one),
        created(3, two),
        event(3, 'MessageRead', {}),
        event(4, 'MessageUpdated', { message: one }),
        created(5, three),
        event(6, 'MessageDeleted', { message: three }),
        event(7, 'ParticipantRemoved', {}),
        created(8, four),
        created(8, four),
        created(9, five),
      ],
      backlog: 0,
    },
  };
}

export function at(ms: number): string {
  return new Date(NOON + ms).toISOString();
}

export function message(seq: number, senderId: string, content: string, sentMs: number): VersionedMessage {
  return {
    id: `message ${seq}`,
    conversationId: CHAT,
    seq,
    rev: REVISIONS[seq] ?? 10,
    senderId,
    type: 'text',
    content,
    clientMessageId: `key ${seq}`,
    sentAt: at(sentMs + 5),
    deletedAt: null,
  };
}

export function created(rev: number, { id }: SeenMessage): BusEvent {
  return event(rev, 'MessageCreated', { message: { id } });
}

export function event(rev: number, eventType: string, payload: unknown): BusEvent {
  return { eventId: `${eventType} ${rev}`, eventType, key: CHAT, rev, payload };
}

export function did(
  history: History,
  client: string,
  action: Action,
  fromMs: number,
  toMs: number | null,
  outcome: Outcome,
): Attempt {
  const attempt: Attempt = {
    client,
    node: 0,
    door: 'rest',
    action,
    invokedAt: NOON + fromMs,
    endedAt: toMs === null ? null : NOON + toMs,
    outcome,
  };
  history.attempts.push(attempt);
  return attempt;
}

export const OK: Outcome = { phase: 'ok', status: 200, retryAfter: null };
export const UNKNOWN: Outcome = { phase: 'info', status: null, retryAfter: null, reason: 'cut' };

export function sending({ conversationId, clientMessageId, content }: SeenMessage): Action {
  return { kind: 'send', conversationId, key: clientMessageId ?? '', content: content ?? '' };
}

export function stored(sent: SeenMessage): Outcome {
  return { phase: 'ok', status: 201, retryAfter: null, message: { ...sent } };
}

export function heard(sent: SeenMessage) {
  return { at: Date.parse(sent.sentAt) + 5, event: 'new_message', frame: { message: { ...sent } } };
}

/** Devices of this client, the one that is there. */
function told({ sessions }: History, client: string, unreadCount: number): void {
  const frame = { conversationId: CHAT, unreadCount };
  sessions
    .find((one) => one.client === client)
    ?.heard.push({ at: NOON + 9_500, event: 'unread_changed', frame });
}

export function synced(
  history: History,
  client: string,
  ms: number,
  messages: readonly VersionedMessage[],
  conversations: readonly { id: string }[] = [],
): void {
  const page = { conversations, messages, receipts: [], removedConversationIds: [] };
  history.syncs.push({ client, node: 0, askedAt: NOON + ms, at: NOON + ms + 10, page });
}

function marked(lastReadSeq: number): Outcome {
  return { ...OK, lastReadSeq };
}

function here({ conversationId, id }: SeenMessage) {
  return { conversationId, messageId: id };
}

function session(
  client: string,
  node: number,
  endedMs: number | null,
  messages: readonly SeenMessage[],
): Session {
  return {
    client,
    node,
    readyAt: NOON - 1_000,
    endedAt: endedMs === null ? null : NOON + endedMs,
    heard: messages.map(heard),
  };
}
