import type { ChatEvent } from '../../../src/outbox';
import { encodeEvents } from '../../../src/outbox/bus/encoded-events';
import { encodeEnvelope } from '../../../src/outbox/bus/envelope';
import { EventBus, type PublishOutcome } from '../../../src/outbox/bus/event-bus';

/** A bus that ends in this process. */
export class MemoryEventBus extends EventBus {
  readonly published: string[] = [];
  away = false;

  async publish(events: readonly ChatEvent[]): Promise<readonly PublishOutcome[]> {
    if (this.away) throw new Error('the bus is away');
    const { ready, outcomes } = encodeEvents(events, encodeEnvelope);
    this.published.push(...ready);
    return Promise.resolve(outcomes);
  }

  async check(): Promise<void> {
    if (this.away) throw new Error('the bus is away');
    return Promise.resolve();
  }
}
