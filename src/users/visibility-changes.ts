import type { Actor } from '../common/actor';
import type { Tx } from '../database';

/**
 * Told, in the transaction itself, of what changes in how people see each other. Whoever owns conversations
 * implements it and provides it to the application (users know no conversations): what is shown there of a person's
 * reading becomes something else, and must be read anew by those who ask what changed.
 */
export abstract class VisibilityChanges {
  /** Whether others learn how far this person has read. */
  abstract receiptsChange(tx: Tx, person: Actor): Promise<void>;

  /**
   * Whether the one has blocked the other. To be told before the block is written: from here to the commit nothing
   * is sent, and no conversation opened, between the two.
   */
  abstract blockChanges(tx: Tx, blocker: Actor, blockedId: string): Promise<void>;
}
