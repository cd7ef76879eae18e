import { Injectable, type OnApplicationShutdown } from '@nestjs/common';
import { unattended } from '../../common/unattended';
import type { Actor } from '../../common/actor';
import type { ChatSocket } from '../socket-contract';
import { LocalSockets } from './local-sockets';

/** What is doubtful now, and in a moment again, is said once. */
const SETTLE_MS = 300;
/** All sockets at once sync no more often than this. */
const PAUSE_MS = 2_000;
/** Whoever is told comes with a request at once, so that thousands are told a slice at a time, over 1.5 s at most. */
const SLICE_MS = 50;
const MOST_SLICES = 30;
const SMALLEST_SLICE = 50;

/** @param people who may have missed something. @param forAges it is not known since when. */
export type Doubter = (people: Iterable<Actor>, forAges: boolean) => void;

interface Doubt {
  /** When it is known what was missed, and not earlier. */
  readonly notBeforeMs?: number;
  /** It is not known since when: longer ago than this node was sure of everything, maybe. */
  readonly forAges?: boolean;
}

/** For when this node can not be sure that its sockets heard everything. */
@Injectable()
export class CatchUp implements OnApplicationShutdown {
  private timer?: NodeJS.Timeout;
  private due = 0;
  private forAges = false;
  private lastTime = -Infinity;
  private telling?: NodeJS.Timeout;
  private readonly doubters: Doubter[] = [];

  constructor(private readonly sockets: LocalSockets) {}

  /** @param doubter told who may have missed something, when they are. */
  onDoubt(doubter: Doubter): void {
    this.doubters.push(doubter);
  }

  /** Soon every socket here knows that it may have missed something. */
  everybody({ notBeforeMs = 0, forAges = false }: Doubt = {}): void {
    // Who comes later is told on coming what there is.
    if (this.sockets.isEmpty) return;
    const now = performance.now();
    const soon = this.timer === undefined ? Math.max(now + SETTLE_MS, this.lastTime + PAUSE_MS) : this.due;
    this.due = Math.max(soon, now + notBeforeMs);
    this.forAges ||= forAges;
    clearTimeout(this.timer);
    this.timer = setTimeout(
      unattended('asking everybody to sync', () => this.askAll()),
      this.due - now,
    );
  }

  these(tenantId: string, userIds: readonly string[]): void {
    this.sockets.askToSync(tenantId, userIds, 'missed_events');
    const people = userIds.map((userId) => ({ tenantId, userId }));
    for (const doubter of this.doubters) doubter(people, false);
  }

  onApplicationShutdown(): void {
    clearTimeout(this.timer);
    clearTimeout(this.telling);
  }

  private askAll(): void {
    const { forAges } = this;
    this.timer = undefined;
    this.forAges = false;
    this.lastTime = performance.now();
    const all = this.sockets.all();
    this.askBySlices(all, Math.max(SMALLEST_SLICE, Math.ceil(all.length / MOST_SLICES)));
    for (const doubter of this.doubters) doubter(this.sockets.people(), forAges);
  }

  private askBySlices(sockets: readonly ChatSocket[], size: number): void {
    clearTimeout(this.telling);
    this.sockets.askTheseToSync(sockets.slice(0, size), 'missed_events');
    if (sockets.length <= size) return;
    this.telling = setTimeout(
      unattended('asking more to sync', () => this.askBySlices(sockets.slice(size), size)),
      SLICE_MS,
    );
  }
}
