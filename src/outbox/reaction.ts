import { DiscoveryService } from '@nestjs/core';
import type { ChatEvent, ChatEventType } from './chat-event';

/**
 * Something that happens because something happened: a notification, a bot's answer, a tally.
 * Mark the provider with `@Reaction()`; see docs/extending.md.
 */
export interface EventReaction {
  /** For the log. */
  readonly name: string;
  readonly eventTypes: readonly ChatEventType[];
  /**
   * Called after the commit, outside of any transaction, one event at a time and in order per conversation,
   * on the process that made the change. It may be missed when that process dies at this moment, so that what
   * must not be missed is derived from what is stored, as the poll example does.
   */
  react(event: ChatEvent): Promise<void>;
}

/** Marks a provider as an `EventReaction`. */
export const Reaction = DiscoveryService.createDecorator();
