import { Background, type BackgroundTask } from '../../common/background';
import { contextFrom, runInContext } from '../../common/request-context';
import { Database, type Tx } from '../../database';
import { type Announcement, EventAnnouncer } from '../../outbox';
import { ExpiryRepository } from './expiry.repository';

/** Messages of one transaction: their conversations are held for some ten milliseconds. */
const BATCH = 250;

/**
 * Makes tombstones of messages whose time is over. Any number of processes may be at it: each takes what no other
 * holds, and whoever holds a conversation sees what was done before.
 */
@Background()
export class MessageExpirer implements BackgroundTask {
  readonly name = 'message expiry';
  readonly intervalMs = 1_000;

  constructor(
    private readonly database: Database,
    private readonly repository: ExpiryRepository,
    private readonly announcer: EventAnnouncer,
  ) {}

  async run(signal: AbortSignal): Promise<void> {
    await runInContext(contextFrom({}), () => this.expireAll(signal));
  }

  private async expireAll(signal: AbortSignal): Promise<void> {
    let expired: number;
    do {
      const announcements = await this.announcer.committed(
        this.database.transaction((tx) => this.expireSome(tx)),
      );
      this.announcer.announce(announcements);
      expired = announcements.length;
    } while (expired > 0 && !signal.aborted);
  }

  private async expireSome(tx: Tx): Promise<Announcement[]> {
    const due = await this.repository.takeDue(tx, BATCH);
    if (due.length > 0) return this.repository.expire(tx, due);
    // Only when nothing is left but what others hold, and for one conversation at a time, is anybody waited for.
    if (!(await this.repository.holdOverdue(tx))) return [];
    return this.repository.expire(tx, await this.repository.takeDue(tx, BATCH));
  }
}
