import { Injectable, type OnApplicationShutdown } from '@nestjs/common';
import { LocalSockets } from './local-sockets';

/** Links come back one after the other: what is doubtful now, and in a moment again, is said once. */
const SETTLE_MS = 300;
/** All sockets at once sync no more often than this. */
const PAUSE_MS = 2_000;

/** For when this node can not be sure that its sockets heard everything. */
@Injectable()
export class CatchUp implements OnApplicationShutdown {
  private timer?: NodeJS.Timeout;
  private lastTime = -Infinity;

  constructor(private readonly sockets: LocalSockets) {}

  /** Soon, and within two and a half seconds, every socket here knows that it may have missed something. */
  everybody(): void {
    if (this.timer !== undefined) return;
    const sinceLast = performance.now() - this.lastTime;
    this.timer = setTimeout(() => this.askAll(), Math.max(SETTLE_MS, PAUSE_MS - sinceLast));
  }

  these(tenantId: string, userIds: readonly string[]): void {
    this.sockets.askToSync(tenantId, userIds, 'missed_events');
  }

  onApplicationShutdown(): void {
    clearTimeout(this.timer);
  }

  private askAll(): void {
    this.timer = undefined;
    this.lastTime = performance.now();
    this.sockets.askAllToSync('missed_events');
  }
}
