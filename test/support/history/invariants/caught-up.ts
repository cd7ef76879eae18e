import type { FinalState, ReadSync } from '../final-state';
import type { SeenMessage, VersionedMessage } from '../history';
import { grouped, type Invariant, MESSAGE_EVENTS, type Observed, readable } from './invariant';

/** How much the clock of Postgres and ours may differ. */
const CLOCKS_MS = 20;

/**
 * I4: what a client heard, and what it was told when it asked what has changed, is together all there is; and whoever
 * asks in the end with the first token they had is told the same.
 */
export const caughtUp: Invariant = (seen, end) => {
  const clients = [...grouped(seen.syncs, ({ client }) => client)];
  return [
    ...seen.syncs
      .filter(({ page }) => page === null)
      .map(({ client, node }) => `${client} was refused what has changed, at node ${node}`),
    ...clients.flatMap(([client, [first]]) =>
      differences(`${client} knows`, known(seen, client), theirs(end, client, (first?.at ?? 0) + CLOCKS_MS)),
    ),
    ...end.syncs.flatMap((synced) => wrongSync(synced, end)),
  ];
};

/** By id, in the latest state that the client has heard of. */
function known({ sessions, syncs }: Observed, client: string): Map<string, SeenMessage> {
  const heard = sessions.flatMap((session) =>
    session.client === client
      ? session.heard.flatMap(({ event, frame }) =>
          MESSAGE_EVENTS.has(event) ? [(frame as { message: VersionedMessage }).message] : [],
        )
      : [],
  );
  const told = syncs.flatMap((synced) => (synced.client === client ? (synced.page?.messages ?? []) : []));
  const latest = new Map<string, VersionedMessage>();
  for (const message of [...heard, ...told])
    if (message.rev >= (latest.get(message.id)?.rev ?? 0)) latest.set(message.id, message);
  return latest;
}

/** What is stored, since then, of conversations that they are in. */
function theirs(end: FinalState, reader: string, since = 0): SeenMessage[] {
  const mayRead = readable(end);
  const present = conversationsOf(end, reader);
  return end.stored.filter(
    ({ conversationId, seq, sentAt }) =>
      present.has(conversationId) && mayRead(conversationId, reader, seq) && Date.parse(sentAt) > since,
  );
}

function conversationsOf({ stays }: FinalState, reader: string): Set<string> {
  const open = stays.filter(({ userId, to }) => userId === reader && to === null);
  return new Set(open.map(({ conversationId }) => conversationId));
}

function differences(
  who: string,
  known: ReadonlyMap<string, SeenMessage>,
  stored: readonly SeenMessage[],
): string[] {
  return stored.flatMap((message) => {
    const { id, conversationId, seq } = message;
    const has = known.get(id);
    if (has === undefined) return [`${who} nothing of seq ${seq} of ${conversationId}`];
    return has.content === message.content && (has.deletedAt === null) === (message.deletedAt === null)
      ? []
      : [`${who} that seq ${seq} of ${conversationId} says ${has.content}, and it says ${message.content}`];
  });
}

function wrongSync(synced: ReadSync, end: FinalState): string[] {
  const { reader, node, messages, receipts, removedConversationIds } = synced;
  const who = `${reader} is told at node ${node}`;
  const present = conversationsOf(end, reader);
  const marks = new Map(
    end.counts.map((count) => [`${count.reader} in ${count.conversationId}`, count.lastReadSeq]),
  );
  return [
    ...differences(who, new Map(messages.map((message) => [message.id, message])), theirs(end, reader)),
    ...removedConversationIds.filter((id) => present.has(id)).map((id) => `${who} to have left ${id}`),
    ...receipts.flatMap(({ conversationId, userId, lastReadSeq }) => {
      const mark = marks.get(`${userId} in ${conversationId}`);
      return mark === undefined || mark === lastReadSeq
        ? []
        : [`${who} that ${userId} has read ${conversationId} up to ${lastReadSeq}, which is ${mark}`];
    }),
  ];
}
