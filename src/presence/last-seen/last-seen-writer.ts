import { Injectable, type OnApplicationShutdown } from '@nestjs/common';
import { Background, type BackgroundTask } from '../../common/background';
import { Database } from '../../database';
import { LastSeen, type Seen } from './last-seen';
import { LastSeenRepository } from './last-seen.repository';

const MOST_AT_ONCE = 1_000;

/** Stores when people were last seen: what is known in Redis alone would be gone with it. */
@Background()
@Injectable()
export class LastSeenWriter implements BackgroundTask, OnApplicationShutdown {
  readonly name = 'last seen';
  readonly intervalMs = 1_000;

  constructor(
    private readonly database: Database,
    private readonly lastSeen: LastSeen,
    private readonly repository: LastSeenRepository,
  ) {}

  /** All who came or went since the last round, in few statements. */
  async run(): Promise<void> {
    for (let seen = this.next(); seen.length > 0; seen = this.next()) {
      try {
        await this.repository.record(this.database, seen);
      } catch (error) {
        this.lastSeen.putBack(seen);
        throw error;
      }
    }
  }

  /** The sockets are closed by now, which is when everybody who was here left. */
  async onApplicationShutdown(): Promise<void> {
    await this.run().catch(() => undefined);
  }

  private next(): readonly Seen[] {
    return this.lastSeen.take(MOST_AT_ONCE);
  }
}
