import { setTimeout as delay } from 'node:timers/promises';
import type { SyncPageDto } from '../../../src/sync';
import type { Person } from '../chat-client';
import type { Device } from '../device';
import type { SeededRandom } from '../openapi/seeded-random';
import type { History } from './history';
import { wallClock } from './history';
import { readSync } from './read-sync';

const PAGE_SIZE = 20;
const PATIENCE_MS = 7_000;
const BEFORE_RETRY_MS = 150;

/** Keeps the token of what somebody knows, and asks for what has changed whenever they may have missed something. */
export class FollowingClient {
  /** With what they began. */
  firstToken = '';
  private token = '';
  private isBehind = false;
  private asking?: Promise<void>;
  private gone = false;

  /** @param nodes of the person's world. */
  constructor(
    private readonly history: History,
    private readonly person: Person,
    private readonly nodes: number,
    private readonly random: SeededRandom,
  ) {}

  /** Nothing may be broken yet. */
  async begin(): Promise<void> {
    const askedAt = wallClock();
    const { pages, next } = await readSync(this.person, undefined, PAGE_SIZE);
    for (const page of pages) this.note(page, 0, askedAt);
    this.firstToken = this.token = next;
  }

  /** What to connect with: half of those who come say what they know. */
  get since(): { since?: string } {
    return this.random.next() < 0.5 ? { since: this.token } : {};
  }

  /** Somebody has come; whatever was told on the way in is known, and the rest is asked for. */
  follow(device: Device, node: number): void {
    const pages = device.frames.filter(({ event }) => event === 'sync');
    for (const { at, frame } of pages) this.take(frame as SyncPageDto, node, at);
    device.socket.on('sync_required', () => void this.catchUp());
    // What they knew of it may have changed while they were out.
    device.socket.on('participant_added', ({ userId }: { userId: string }) => {
      if (userId === this.person.id) void this.catchUp();
    });
    if (pages.length === 0 || (pages.at(-1)?.frame as SyncPageDto).hasMore) void this.catchUp();
  }

  /** Asks, at any node, until there is no more; again where that became doubtful meanwhile. */
  catchUp(): Promise<void> {
    this.isBehind = true;
    this.asking ??= this.ask().finally(() => (this.asking = undefined));
    return this.asking;
  }

  leaves(): void {
    this.gone = true;
  }

  private async ask(): Promise<void> {
    while (this.isBehind && !this.gone) {
      this.isBehind = false;
      const isDone = await this.askOn().catch(() => false);
      if (isDone) continue;
      this.isBehind = true;
      await delay(BEFORE_RETRY_MS * (1 + this.random.next()));
    }
  }

  /** @returns whether it came to an end. */
  private async askOn(): Promise<boolean> {
    for (;;) {
      const node = this.random.below(this.nodes);
      const askedAt = wallClock();
      const query = new URLSearchParams({ since: this.token, limit: String(PAGE_SIZE) });
      const { status, body } = await this.person
        .at(node)
        .asks<SyncPageDto>('GET', `/v1/sync?${query.toString()}`, {
          signal: AbortSignal.timeout(PATIENCE_MS),
        });
      if (status >= 500) return false;
      if (status >= 400) {
        this.history.syncs.push({ client: this.person.id, node, askedAt, at: wallClock(), page: null });
        return true;
      }
      this.take(body, node, askedAt);
      if (!body.hasMore) return true;
    }
  }

  private take(page: SyncPageDto, node: number, askedAt: number): void {
    this.note(page, node, askedAt);
    this.token = page.next;
  }

  private note(page: SyncPageDto, node: number, askedAt: number): void {
    this.history.syncs.push({ client: this.person.id, node, askedAt, at: wallClock(), page });
  }
}
