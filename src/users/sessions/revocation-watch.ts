import { Logger, type OnApplicationShutdown } from '@nestjs/common';
import { Background, type BackgroundTask } from '../../common/background';
import { DatabaseConfig } from '../../config';
import { DedicatedConnections } from '../../database';
import { SessionRevocationsRepository } from './session-revocations.repository';
import { ValidSessions } from './valid-sessions';

/**
 * What was decided this long before the last look is read again: a revocation is dated before it is committed, and
 * is not to be seen until then.
 */
const OVERLAP_MS = 10_000;

/** One that hangs must soon make room for the next. */
const LIMITS = { connectionTimeoutMillis: 1_000, statement_timeout: 1_000, query_timeout: 1_000 };

/**
 * Learns from Postgres, a few times a second, whose tokens were revoked by other processes. Postgres and not Redis:
 * it can not be refused by the one and be unknown to the other. It has a connection of its own, since no crowd of
 * requests may make it late.
 */
@Background()
export class RevocationWatch implements BackgroundTask, OnApplicationShutdown {
  readonly name = 'session revocations';
  readonly intervalMs = 300;
  private readonly logger = new Logger(RevocationWatch.name);
  private readonly connection: DedicatedConnections;
  private readonly began = performance.now();
  /** When the last look that succeeded was, by the database's clock: an outage is looked back over as a whole. */
  private asOf: Date | null = null;
  private isBlind = false;

  constructor(
    config: DatabaseConfig,
    private readonly repository: SessionRevocationsRepository,
    private readonly sessions: ValidSessions,
  ) {
    this.connection = new DedicatedConnections(config, 1, LIMITS);
  }

  async run(): Promise<void> {
    try {
      await this.look();
      if (this.isBlind) this.logger.log({ msg: 'revoked sessions are known again' });
      this.isBlind = false;
    } catch (err) {
      // One line for an outage, not three a second.
      if (!this.isBlind) this.logger.warn({ msg: 'sessions revoked elsewhere are not known', err });
      this.isBlind = true;
    }
  }

  async onApplicationShutdown(): Promise<void> {
    await this.connection.close();
  }

  private async look(): Promise<void> {
    // Before the first look, users may have been read for as long as this process runs.
    const overlapMs = OVERLAP_MS + (this.asOf === null ? performance.now() - this.began : 0);
    const { asOf, revocations } = await this.repository.decidedSince(this.connection, this.asOf, overlapMs);
    for (const { person, validFrom } of revocations) this.sessions.revoke(person, validFrom);
    this.asOf = asOf;
  }
}
