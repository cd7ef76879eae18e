import type { ChatEvent } from '../chat-event';

/** What became of one event. */
export type PublishOutcome =
  /** The bus has it. */
  | { readonly status: 'taken' }
  /** The bus will never take this very event; others are not concerned. */
  | { readonly status: 'refused'; readonly error: Error }
  /** Not tried, because an event of the same key before it was refused: publishing it now would change their order. */
  | { readonly status: 'held' };

/**
 * Where events leave for other services. Whoever implements it passes
 * `test/support/outbox/event-bus-conformance.ts`.
 */
export abstract class EventBus {
  /**
   * Publishes in the given order: consumers find the events of one key in it. An event may be published any number of
   * times, and consumers find it as often.
   *
   * @returns an outcome for each event, in their order.
   * @throws whatever keeps the bus from taking events, within three seconds. Any of these may have been taken then, so
   * all of them, from the first, are to be published again before any later event of the same keys.
   */
  abstract publish(events: readonly ChatEvent[]): Promise<readonly PublishOutcome[]>;

  /** Whether it can be reached from here, found out by asking it. @throws what is in the way, within three seconds. */
  abstract check(): Promise<void>;
}
