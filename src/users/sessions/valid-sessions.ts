import { Injectable, Logger } from '@nestjs/common';
import { LRUCache } from 'lru-cache';
import type { VerifiedToken } from '../../auth';
import type { Actor } from '../../common/actor';

/** Users this process has met; some 100 bytes each. */
const REMEMBERED_USERS = 100_000;

/** Far longer than a row that was read can take to arrive here. */
const RECENT_MS = 60_000;
const MOST_RECENT = 100_000;

/** For somebody whose tokens all count, where for others there is a time in milliseconds. */
const EVER = -Infinity;

/**
 * Which tokens of whom still count, as far as this process knows, answered without a statement. The rows of users
 * say it; `RevocationWatch` sees to it that what other processes decide is known here in time.
 */
@Injectable()
export class ValidSessions {
  private readonly logger = new Logger(ValidSessions.name);
  private readonly validFrom = new LRUCache<string, number>({ max: REMEMBERED_USERS });
  /**
   * Revocations heard of lately, also of people not remembered: a row that was read before a revocation may arrive
   * after it.
   */
  private readonly recent = new LRUCache<string, number>({ max: MOST_RECENT, ttl: RECENT_MS });
  private readonly listeners: ((person: Actor) => void)[] = [];

  /** Whether this person's row is known here. */
  know(person: Actor): boolean {
    return this.validFrom.has(keyOf(person));
  }

  /** What a row said that was just read. It may be older than what is known here: nothing moves back. */
  learn(person: Actor, validFrom: Date | null): void {
    const key = keyOf(person);
    this.validFrom.set(key, Math.max(validFrom?.getTime() ?? EVER, this.refusedBefore(key)));
  }

  /** Tokens of this person that were issued before are refused from here on. Telling it again does no harm. */
  revoke(person: Actor, validFrom: Date): void {
    const key = keyOf(person);
    const from = Math.max(validFrom.getTime(), this.refusedBefore(key));
    this.recent.set(key, from);
    if (this.validFrom.has(key)) this.validFrom.set(key, from);
    for (const tell of this.listeners) this.tell(tell, person);
  }

  /** False when the token was revoked, as far as is known here. One that does not say when it was issued is old. */
  accept({ actor, issuedAt }: Pick<VerifiedToken, 'actor' | 'issuedAt'>): boolean {
    const from = this.refusedBefore(keyOf(actor));
    return from === EVER || (issuedAt !== null && issuedAt.getTime() >= from);
  }

  /** Calls `listener` after tokens of somebody were revoked; more than once for the same. */
  onRevoked(listener: (person: Actor) => void): void {
    this.listeners.push(listener);
  }

  /** The revocation holds whatever comes of it: nobody who relies on it fails, or goes without, for one listener. */
  private tell(listener: (person: Actor) => void, person: Actor): void {
    try {
      listener(person);
    } catch (err) {
      this.logger.error({ msg: 'a revocation could not be acted on', err });
    }
  }

  private refusedBefore(key: string): number {
    return Math.max(this.validFrom.get(key) ?? EVER, this.recent.get(key) ?? EVER);
  }
}

function keyOf({ tenantId, userId }: Actor): string {
  return `${tenantId}/${userId}`;
}
