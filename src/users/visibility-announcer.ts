import { Injectable, Logger } from '@nestjs/common';
import type { Actor } from '../common/actor';

/** What others may see of this person may be something else from now on. */
export interface VisibilityChange {
  readonly person: Actor;
  /** Only to this one; to everybody where there is none. */
  readonly towardsId?: string;
}

/** Tells this process of what it has just committed. A hint, like all that is told live: it may be lost with the process. */
@Injectable()
export class VisibilityAnnouncer {
  private readonly logger = new Logger(VisibilityAnnouncer.name);
  private readonly listeners: ((change: VisibilityChange) => void)[] = [];

  listen(listener: (change: VisibilityChange) => void): void {
    this.listeners.push(listener);
  }

  /** Call only after the commit. A listener that throws hurts neither the others nor the caller. */
  announce(change: VisibilityChange): void {
    for (const listener of this.listeners) {
      try {
        listener(change);
      } catch (err) {
        this.logger.error({ msg: 'a listener failed to take a change of visibility', err });
      }
    }
  }
}
