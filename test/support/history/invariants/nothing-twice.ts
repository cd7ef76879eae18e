import type { SeenMessage } from '../history';
import { grouped, type Invariant, type Sending, sendings } from './invariant';

/** I2: a key is one message, also for those who listen; and nothing is there that nobody sent. */
export const nothingTwice: Invariant = (seen, end) => {
  const sent = sendings(seen);
  const written = end.stored.filter(({ type }) => type !== 'system');
  const byKey = grouped(written, ({ clientMessageId }) => clientMessageId ?? 'no key');
  const known = new Set(end.stored.map(({ id }) => id));
  return [
    ...twice(end.stored.map(({ id }) => id)).map((id) => `${id} is stored twice`),
    ...sent.flatMap((sending) => faults(sending, byKey.get(sending.key) ?? [])),
    ...invented(sent, written),
    ...seen.sessions.flatMap(({ client, heard }) => {
      const ids = heard.flatMap(({ event, frame }) => (event === 'new_message' ? idsOf(frame) : []));
      return [
        ...twice(ids).map((id) => `${client} heard ${id} twice on one connection`),
        ...ids.filter((id) => !known.has(id)).map((id) => `${client} heard ${id}, which is not stored`),
      ];
    }),
  ];
};

function faults({ key, attempts }: Sending, messages: readonly SeenMessage[]): string[] {
  const answers = attempts.filter(({ outcome }) => outcome.phase === 'ok');
  const refused = attempts.every(({ outcome }) => outcome.phase === 'fail');
  const ids = new Set(answers.map(({ outcome }) => outcome.message?.id));
  const [least, most] = [answers.length > 0 ? 1 : 0, refused ? 0 : 1];
  return [
    ...(messages.length < least || messages.length > most
      ? [`${key} is stored ${messages.length} times, and should be ${least === most ? least : '0 or 1'}`]
      : []),
    ...(ids.size > 1 ? [`${key} was answered with ${[...ids].join(' and ')}`] : []),
  ];
}

function invented(sent: readonly Sending[], written: readonly SeenMessage[]): string[] {
  const byKey = new Map(sent.map((sending) => [sending.key, sending]));
  return written.flatMap(({ id, clientMessageId, senderId, conversationId }) => {
    const sending = byKey.get(clientMessageId ?? '');
    const isTheirs = sending?.client === senderId && sending?.conversationId === conversationId;
    return isTheirs ? [] : [`${id} in ${conversationId} is by nobody who sent it`];
  });
}

/** A message that is replayed may have been heard before. */
function idsOf(frame: unknown): string[] {
  const { message, replayed } = frame as { message: SeenMessage; replayed?: true };
  return replayed ? [] : [message.id];
}

function twice(ids: readonly string[]): string[] {
  return [...grouped(ids, (id) => id)].flatMap(([id, all]) => (all.length > 1 ? [id] : []));
}
