import type { BusEvent, FinalState } from '../final-state';
import { grouped, type Invariant } from './invariant';

/** They tell of marks, change no revision and carry the latest. */
const RECEIPTS = new Set(['MessageRead', 'MessageDelivered']);

/** I7: every change left at least once, in order, and nothing else did. */
export const eventsLeave: Invariant = (_seen, end) => {
  const backlog = end.backlog > 0 ? [`${end.backlog} events were never published`] : [];
  if (end.bus === null) return backlog;
  const changes = grouped(
    end.bus.filter(({ eventType }) => !RECEIPTS.has(eventType)),
    ({ key }) => key,
  );
  return [
    ...backlog,
    ...end.conversations.flatMap(({ id, rev }) => wrongRevisions(id, rev, changes.get(id) ?? [])),
    ...wrongMessages(end, end.bus),
    ...twoFaced(end.bus),
  ];
};

function wrongRevisions(id: string, rev: number, events: readonly BusEvent[]): string[] {
  const revs = new Set(events.map((event) => event.rev));
  const first = [...revs];
  const missing = Array.from({ length: rev }, (_, index) => index + 1).filter((one) => !revs.has(one));
  const backwards = first.find((one, index) => one < (first[index - 1] ?? 0));
  return [
    ...(missing.length > 0 ? [`of ${id} the bus never had rev ${missing.join(', ')}`] : []),
    ...(backwards === undefined ? [] : [`of ${id} the bus had rev ${backwards} after a later one`]),
    ...first.filter((one) => one > rev).map((one) => `of ${id} the bus had rev ${one}, and it is at ${rev}`),
  ];
}

function wrongMessages({ stored }: FinalState, bus: readonly BusEvent[]): string[] {
  const created = bus.filter(({ eventType }) => eventType === 'MessageCreated');
  const told = new Set(created.map(({ payload }) => messageId(payload)));
  const known = new Set(stored.map(({ id }) => id));
  return [
    ...stored.filter(({ id }) => !told.has(id)).map(({ id }) => `the bus never had ${id}`),
    ...[...told].filter((id) => !known.has(id)).map((id) => `the bus had ${id}, which is not stored`),
  ];
}

function messageId(payload: unknown): string {
  return (payload as { message?: { id?: string } }).message?.id ?? 'no message';
}

/** An event that comes again is the same event. */
function twoFaced(bus: readonly BusEvent[]): string[] {
  return [...grouped(bus, ({ eventId }) => eventId)].flatMap(([id, all]) => {
    const faces = new Set(all.map(({ eventType, key, rev }) => `${eventType} ${key} ${rev}`));
    return faces.size > 1 ? [`event ${id} was ${[...faces].join(' and ')}`] : [];
  });
}
