import type { Actor } from '../common/actor';
import { tenantKey } from '../common/tenant-key';

/** A page that is loaded again, a phone that changes networks: nobody is told that these people were gone. */
export const GRACE_MS = 3_000;

/** Half of what a key lasts: a process may stand still for the other half, and nobody goes offline by it. */
export const BEAT_MS = 15_000;

/** How old what is stored of somebody who stays may be, should this process die. */
const RECORD_MS = 5 * 60_000;

interface Here {
  readonly person: Actor;
  sockets: number;
  beatAt: number;
  recordAt: number;
  /** When their last socket was closed; undefined while there is one. */
  leftAt: number | undefined;
}

/** Who has a socket at this process, or had one a moment ago. Knows no clock: times are given to it. */
export class PeopleHere {
  private readonly people = new Map<string, Here>();

  /** @returns whether this person was not here, nor a moment ago. */
  enter(person: Actor, now: number): boolean {
    const here = this.people.get(keyOf(person));
    if (here !== undefined) {
      here.sockets++;
      here.leftAt = undefined;
      return false;
    }
    // A crowd that comes all at once does not beat all at once.
    const beatAt = now + BEAT_MS * (1 / 3 + (Math.random() * 2) / 3);
    this.people.set(keyOf(person), {
      person,
      sockets: 1,
      beatAt,
      recordAt: now + RECORD_MS,
      leftAt: undefined,
    });
    return true;
  }

  /** @returns whether this was their last socket. */
  leave(person: Actor, now: number): boolean {
    const here = this.people.get(keyOf(person));
    if (here === undefined || here.sockets === 0) return false;
    here.sockets--;
    if (here.sockets > 0) return false;
    here.leftAt = now;
    return true;
  }

  /** Whether this person has a socket here now. */
  has(person: Actor): boolean {
    return (this.people.get(keyOf(person))?.sockets ?? 0) > 0;
  }

  /** They have a socket at another process: that one's leave is the one to be told of. */
  areElsewhere(person: Actor): void {
    if (!this.has(person)) this.people.delete(keyOf(person));
  }

  /** Whose presence is to be said again, each once in `BEAT_MS`. */
  dueForBeat(now: number): Actor[] {
    return this.due(now, 'beatAt', BEAT_MS);
  }

  /** Whose being here is to be stored again. */
  dueForRecord(now: number): Actor[] {
    return this.due(now, 'recordAt', RECORD_MS);
  }

  /** Those whose moment of grace is over. They are here no more. */
  takeGone(now: number): Actor[] {
    return this.takeIf(({ leftAt }) => leftAt !== undefined && now - leftAt >= GRACE_MS);
  }

  /** Everybody, with and without a socket. Nobody is here afterwards. */
  takeAll(): Actor[] {
    return this.takeIf(() => true);
  }

  private due(now: number, field: 'beatAt' | 'recordAt', everyMs: number): Actor[] {
    const due: Actor[] = [];
    for (const here of this.people.values()) {
      if (here.sockets === 0 || here[field] > now) continue;
      here[field] = now + everyMs;
      due.push(here.person);
    }
    return due;
  }

  private takeIf(isMeant: (here: Here) => boolean): Actor[] {
    const taken: Actor[] = [];
    for (const [key, here] of this.people) {
      if (!isMeant(here)) continue;
      this.people.delete(key);
      taken.push(here.person);
    }
    return taken;
  }
}

function keyOf({ tenantId, userId }: Actor): string {
  return tenantKey(tenantId, userId);
}
