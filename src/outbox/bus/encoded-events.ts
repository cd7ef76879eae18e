import type { ChatEvent } from '../chat-event';
import type { PublishOutcome } from './event-bus';

/** Events made ready for a bus, and what is known of each before the bus is asked. */
export interface EncodedEvents<Encoded> {
  /** Those to be published, in order. */
  readonly ready: readonly Encoded[];
  /** For all of the events, in order; of those that are ready it says `taken`, which is for the bus to make true. */
  readonly outcomes: readonly PublishOutcome[];
}

/** Encodes events in order. One that `encode` throws at is refused, and the later ones of its key are held. */
export function encodeEvents<Encoded>(
  events: readonly ChatEvent[],
  encode: (event: ChatEvent) => Encoded,
): EncodedEvents<Encoded> {
  const ready: Encoded[] = [];
  const refusedKeys = new Set<string>();
  const outcomes = events.map((event): PublishOutcome => {
    if (refusedKeys.has(event.key)) return { status: 'held' };
    try {
      ready.push(encode(event));
      return { status: 'taken' };
    } catch (cause) {
      refusedKeys.add(event.key);
      return { status: 'refused', error: cause instanceof Error ? cause : new Error(String(cause)) };
    }
  });
  return { ready, outcomes };
}
