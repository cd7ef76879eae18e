import { Injectable } from '@nestjs/common';
import type { Actor } from '../../common/actor';
import { tenantKey } from '../../common/tenant-key';

/** People whose time is still to be stored: while Postgres is away, no more than these. */
const MOST_KEPT = 100_000;

/** Somebody, and how long ago they were seen here. */
export interface Seen {
  readonly person: Actor;
  readonly agoMs: number;
}

/** When people were last seen at this process, until it is stored. */
@Injectable()
export class LastSeen {
  private readonly unstored = new Map<string, { readonly person: Actor; readonly at: number }>();

  /** This person is here now, or was until now. */
  note(person: Actor): void {
    this.keep(person, performance.now());
  }

  /** What waits longest, and waits no more. */
  take(most: number): Seen[] {
    const now = performance.now();
    const taken: Seen[] = [];
    for (const [key, { person, at }] of this.unstored) {
      if (taken.length >= most) break;
      taken.push({ person, agoMs: now - at });
      this.unstored.delete(key);
    }
    return taken;
  }

  /** It could not be stored. What is known by now of the same people is newer. */
  putBack(seen: readonly Seen[]): void {
    const now = performance.now();
    for (const { person, agoMs } of seen)
      if (!this.unstored.has(keyOf(person))) this.keep(person, now - agoMs);
  }

  private keep(person: Actor, at: number): void {
    if (this.unstored.size < MOST_KEPT || this.unstored.has(keyOf(person)))
      this.unstored.set(keyOf(person), { person, at });
  }
}

function keyOf({ tenantId, userId }: Actor): string {
  return tenantKey(tenantId, userId);
}
