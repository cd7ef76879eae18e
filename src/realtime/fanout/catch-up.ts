import { Injectable, type OnApplicationShutdown } from '@nestjs/common';
import { unattended } from '../../common/unattended';
import type { Actor } from '../../common/actor';
import { LocalSockets } from './local-sockets';

/** What is doubtful now, and in a moment again, is said once. */
const SETTLE_MS = 300;
/** All sockets at once sync no more often than this. */
const PAUSE_MS = 2_000;

/** For when this node can not be sure that its sockets heard everything. */
@Injectable()
export class CatchUp implements OnApplicationShutdown {
  private timer?: NodeJS.Timeout;
  private due = 0;
  private lastTime = -Infinity;
  private readonly doubters: ((people: Iterable<Actor>) => void)[] = [];

  constructor(private readonly sockets: LocalSockets) {}

  /** @param doubter told who may have missed something, when they are. */
  onDoubt(doubter: (people: Iterable<Actor>) => void): void {
    this.doubters.push(doubter);
  }

  /**
   * Soon every socket here knows that it may have missed something.
   * @param notBeforeMs when it is known by then what was missed, and not earlier.
   */
  everybody(notBeforeMs = 0): void {
    // Who comes later is told on coming what there is.
    if (this.sockets.isEmpty) return;
    const now = performance.now();
    const soon = this.timer === undefined ? Math.max(now + SETTLE_MS, this.lastTime + PAUSE_MS) : this.due;
    this.due = Math.max(soon, now + notBeforeMs);
    clearTimeout(this.timer);
    this.timer = setTimeout(
      unattended('asking everybody to sync', () => this.askAll()),
      this.due - now,
    );
  }

  these(tenantId: string, userIds: readonly string[]): void {
    this.sockets.askToSync(tenantId, userIds, 'missed_events');
    const people = userIds.map((userId) => ({ tenantId, userId }));
    for (const doubter of this.doubters) doubter(people);
  }

  onApplicationShutdown(): void {
    clearTimeout(this.timer);
  }

  private askAll(): void {
    this.timer = undefined;
    this.lastTime = performance.now();
    this.sockets.askAllToSync('missed_events');
    for (const doubter of this.doubters) doubter(this.sockets.people());
  }
}
