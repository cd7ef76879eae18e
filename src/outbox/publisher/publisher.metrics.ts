import { Injectable } from '@nestjs/common';
import { Metrics } from '../../telemetry';
import type { WaitingEvent } from './outbox-events.repository';

/** What an operator sees of the way to the bus. */
@Injectable()
export class PublisherMetrics {
  private readonly events: ReturnType<Metrics['counter']>;
  private readonly seconds: ReturnType<Metrics['timings']>;
  private oldest = 0;

  constructor(metrics: Metrics) {
    this.events = metrics.counter(
      { name: 'chat_outbox_events_total', help: 'Events this node published, and those it gave up.' },
      ['outcome'],
    );
    this.seconds = metrics.timings({
      name: 'chat_outbox_publish_seconds',
      help: 'From when something happened until the bus had its event.',
    });
    metrics.gauge(
      {
        name: 'chat_outbox_waiting_seconds',
        help: 'Age of the oldest event that waited at the last look, among those that are this node’s to publish.',
      },
      () => this.oldest,
    );
  }

  /** What a look at the outbox has found. */
  oldestWaiting(rows: readonly WaitingEvent[]): void {
    const times = rows.map(({ occurredAt }) => occurredAt.getTime());
    this.oldest = times.length === 0 ? 0 : Math.max(0, (Date.now() - Math.min(...times)) / 1_000);
  }

  published(rows: readonly WaitingEvent[]): void {
    if (rows.length === 0) return;
    this.events.inc({ outcome: 'published' }, rows.length);
    const now = Date.now();
    for (const { occurredAt } of rows) this.seconds.observe(Math.max(0, now - occurredAt.getTime()) / 1_000);
  }

  parked(): void {
    this.events.inc({ outcome: 'parked' });
  }
}
