import { Background, type BackgroundTask } from '../../common/background';
import { MessagesConfig } from '../../config';
import { Database } from '../../database';
import { ExpiryRepository } from './expiry.repository';

const BATCH = 1_000;

/** Empties the rows of deleted messages once they need not be kept for an audit any more. Readers see no difference. */
@Background()
export class MessageScrubber implements BackgroundTask {
  readonly name = 'message scrubbing';
  readonly intervalMs = 60_000;

  constructor(
    private readonly database: Database,
    private readonly repository: ExpiryRepository,
    private readonly config: MessagesConfig,
  ) {}

  async run(signal: AbortSignal): Promise<void> {
    const { deletedAuditDays } = this.config;
    let scrubbed: number;
    do scrubbed = await this.repository.scrub(this.database, deletedAuditDays, BATCH);
    while (scrubbed === BATCH && !signal.aborted);
  }
}
