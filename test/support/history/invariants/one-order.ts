import { isDeepStrictEqual } from 'node:util';
import type { ReadHistory } from '../final-state';
import type { SeenMessage } from '../history';
import { grouped, type Invariant, readable, type Sending, sendings } from './invariant';

/** I3: one order, without gaps, the same for all, and never against what was acknowledged before. */
export const oneOrder: Invariant = (seen, end) => {
  const stored = grouped(end.stored, ({ conversationId }) => conversationId);
  const mayRead = readable(end);
  return [
    ...end.conversations.flatMap(({ id, lastSeq }) => numbering(id, lastSeq, stored.get(id) ?? [])),
    ...end.histories.flatMap((history) => {
      const { conversationId, reader } = history;
      const theirs = (stored.get(conversationId) ?? []).filter(({ seq }) =>
        mayRead(conversationId, reader, seq),
      );
      return difference(history, theirs);
    }),
    ...[...grouped(sendings(seen), ({ conversationId }) => conversationId)].flatMap(([, sent]) =>
      againstTime(sent),
    ),
  ];
};

function numbering(id: string, lastSeq: number, messages: readonly SeenMessage[]): string[] {
  const wrong = messages.findIndex(({ seq }, index) => seq !== index + 1);
  if (wrong !== -1) return [`${id} has seq ${messages[wrong]?.seq} where ${wrong + 1} should be`];
  return messages.length === lastSeq ? [] : [`${id} has ${messages.length} messages and lastSeq ${lastSeq}`];
}

function difference(
  { reader, node, pageSize, conversationId, messages }: ReadHistory,
  stored: readonly SeenMessage[],
): string[] {
  const length = Math.max(messages.length, stored.length);
  for (let index = 0; index < length; index++) {
    const [read, is] = [messages[index], stored[index]];
    if (!isDeepStrictEqual(comparable(read), comparable(is)))
      return [
        `${reader} at node ${node}, by pages of ${pageSize}, reads in ${conversationId} as number ${index + 1} ` +
          `${JSON.stringify(read)} and not ${JSON.stringify(is)}`,
      ];
  }
  return [];
}

function comparable(message: SeenMessage | undefined): unknown {
  if (message === undefined) return null;
  const { id, seq, senderId, type, content, clientMessageId, sentAt, deletedAt } = message;
  return [id, seq, senderId, type, content, clientMessageId, sentAt, deletedAt !== null];
}

/** Who asks after somebody else was answered comes after them. */
function againstTime(sent: readonly Sending[]): string[] {
  const answered = sent.flatMap(({ key, attempts }) => {
    const first = attempts.find(({ outcome }) => outcome.phase === 'ok');
    const seq = first?.outcome.message?.seq;
    if (first === undefined || seq === undefined) return [];
    return [{ key, seq, invokedAt: attempts[0]?.invokedAt ?? 0, endedAt: first.endedAt ?? 0 }];
  });
  const byEnd = [...answered].sort((a, b) => a.endedAt - b.endedAt);
  let next = 0;
  let latest = { key: '', seq: 0 };
  return [...answered]
    .sort((a, b) => a.invokedAt - b.invokedAt)
    .flatMap(({ key, seq, invokedAt }) => {
      for (let one = byEnd[next]; one !== undefined && one.endedAt < invokedAt; one = byEnd[++next])
        if (one.seq > latest.seq) latest = one;
      return latest.seq < seq
        ? []
        : [`${key} has seq ${seq} and was sent after ${latest.key} with seq ${latest.seq} was acknowledged`];
    });
}
