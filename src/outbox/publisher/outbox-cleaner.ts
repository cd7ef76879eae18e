import { Background, type BackgroundTask } from '../../common/background';
import { OutboxConfig } from '../../config';
import { Database } from '../../database';
import { OutboxEventsRepository } from './outbox-events.repository';

const AT_ONCE = 1_000;

/** Deletes events that were published long ago. Those that still wait stay, however old they are. */
@Background()
export class OutboxCleaner implements BackgroundTask {
  readonly name = 'outbox cleaning';
  readonly intervalMs = 60_000;

  constructor(
    private readonly config: OutboxConfig,
    private readonly database: Database,
    private readonly repository: OutboxEventsRepository,
  ) {}

  async run(signal: AbortSignal): Promise<void> {
    const { keepHours } = this.config;
    while (
      !signal.aborted &&
      (await this.repository.deleteOld(this.database, keepHours, AT_ONCE)) === AT_ONCE
    );
  }
}
