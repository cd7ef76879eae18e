import type { Queryable } from '../../database';
import type { EventBus } from '../bus/event-bus';
import type { ChatEvent } from '../chat-event';
import type { OutboxRow } from '../publisher/outbox-events.repository';
import type { StoredEvents } from '../publisher/stored-events';
import type { ReplayRepository } from './replay.repository';
import type { ReplayRequest } from './replay-request';

/** Rows are found by time and ordered by position, which is done for so much time at once. */
const WINDOW_MS = 10_000;
const PAGE = 1_000;

/** How far a replay has got. */
export interface ReplayProgress {
  /** Everything before this time has been seen to. */
  readonly reached: Date;
  readonly published: number;
  /** The bus would not take them. */
  readonly refused: number;
  /** Nothing can be made of them any more: their messages are older than what is kept. */
  readonly gone: number;
}

/** Publishes events of the past again, in order for each conversation. */
export class OutboxReplay {
  private published = 0;
  private refused = 0;
  private gone = 0;

  constructor(
    private readonly db: Queryable,
    private readonly repository: ReplayRepository,
    private readonly stored: StoredEvents,
    private readonly bus: EventBus,
  ) {}

  /**
   * Goes on as far as it is asked to, and says now and then how far it has got.
   *
   * @throws DependencyUnavailable; whatever keeps the bus from taking events
   */
  async *run({ from, to, conversationId }: ReplayRequest): AsyncGenerator<ReplayProgress> {
    for (let start = from; start < to;) {
      const end = new Date(Math.min(start.getTime() + WINDOW_MS, to.getTime()));
      for await (const rows of this.pages(start, end, conversationId)) {
        await this.publishAgain(rows);
        yield this.progress(start);
      }
      yield this.progress(end);
      start = end;
    }
  }

  private async *pages(
    from: Date,
    to: Date,
    conversationId: string | undefined,
  ): AsyncGenerator<readonly OutboxRow[]> {
    let rows: readonly OutboxRow[];
    let position = 0;
    do {
      rows = await this.repository.page(this.db, from, to, conversationId, position, PAGE);
      yield rows;
      position = rows.at(-1)?.position ?? position;
    } while (rows.length === PAGE);
  }

  private async publishAgain(rows: readonly OutboxRow[]): Promise<void> {
    const events = (await this.stored.read(this.db, rows)).flatMap(
      (announcement) => announcement?.event ?? [],
    );
    this.gone += rows.length - events.length;
    for (let left: readonly ChatEvent[] = events; left.length > 0;) {
      const outcomes = await this.bus.publish(left);
      const count = (status: string): number =>
        outcomes.filter((outcome) => outcome.status === status).length;
      this.published += count('taken');
      this.refused += count('refused');
      // Their turn comes once what was refused before them is left out.
      left = left.filter((_event, index) => outcomes[index]?.status === 'held');
    }
  }

  private progress(reached: Date): ReplayProgress {
    const { published, refused, gone } = this;
    return { reached, published, refused, gone };
  }
}
