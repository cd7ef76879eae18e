import { DiscoveryService } from '@nestjs/core';
import type { MessageOrigin, PreparedBody } from '../types/message-type';

/** A message about to be stored, its type's handler content with it. */
export interface ReviewedMessage extends MessageOrigin, PreparedBody {
  readonly type: string;
}

export type PolicyVerdict =
  | { readonly verdict: 'allow' }
  /** Stored with this content in place of the sender's. */
  | { readonly verdict: 'rewrite'; readonly content: string }
  /** Not stored; `reason` is shown to the sender (403 `message_refused`). */
  | { readonly verdict: 'refuse'; readonly reason: string };

/**
 * Asked before a message is stored: moderation, quotas, a business rule. Mark the provider with
 * `@Policy()`; see docs/extending.md.
 */
export interface MessagePolicy {
  /** For the log. */
  readonly name: string;
  /** Policies are asked one after the other, lowest first; each sees what the one before it made of the message. */
  readonly order: number;
  /** What a time-out (200 ms) or an error means: `allow` goes on without it, `refuse` answers 503. */
  readonly onFailure: 'allow' | 'refuse';
  /** Called before the transaction, for every message, whoever writes it. The first refusal wins. */
  review(message: ReviewedMessage): PolicyVerdict | Promise<PolicyVerdict>;
}

/** Marks a provider as a `MessagePolicy`. */
export const Policy = DiscoveryService.createDecorator();
