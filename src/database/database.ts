import { Inject, Injectable, Logger, type OnApplicationShutdown, type OnModuleInit } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import type { Pool, PoolClient } from 'pg';
import type { DataSource } from 'typeorm';
import { DatabaseConfig } from '../config';
import { DependencyUnavailable } from '../common/problem';
import { FURTHER_MIGRATIONS, migrate, type MigrationClass } from './migrations';
import { isConnectionFailure, translate } from './postgres-error';
import type { Queryable, Statement, Tx } from './statement';

/** Connections there are, those of them that nobody uses, and who waits for one. */
export type PoolUse = Readonly<Pick<Pool, 'totalCount' | 'idleCount' | 'waitingCount'>>;

const NO_POOL: PoolUse = { totalCount: 0, idleCount: 0, waitingCount: 0 };

const RECONNECT_MS = 500;

const PING: Statement = { name: 'database.ping', text: /* sql */ 'SELECT FROM cluster' };

/**
 * The way to Postgres for everything but the write path's own connections. TypeORM owns the pool;
 * statements are written by hand and run prepared. A process may start before Postgres does: until the
 * first connection succeeds every query is `unavailable`, and the connecting goes on in the background.
 */
@Injectable()
export class Database implements Queryable, OnModuleInit, OnApplicationShutdown {
  private readonly logger = new Logger(Database.name);
  private stopped = false;
  private connecting: Promise<void> = Promise.resolve();

  constructor(
    @InjectDataSource() private readonly dataSource: DataSource,
    private readonly config: DatabaseConfig,
    @Inject(FURTHER_MIGRATIONS) private readonly furtherMigrations: readonly MigrationClass[],
  ) {}

  /** Waits for the first attempt only, so that a healthy start is ready at once and a dark one still starts. */
  async onModuleInit(): Promise<void> {
    const failure = await this.tryToConnect();
    if (failure === undefined) return;
    this.connecting = this.keepTryingToConnect(failure);
  }

  async onApplicationShutdown(): Promise<void> {
    this.stopped = true;
    await this.connecting;
    if (this.dataSource.isInitialized) await this.dataSource.destroy();
  }

  async query<Row>(statement: Statement, values: readonly unknown[]): Promise<Row[]> {
    try {
      const { rows } = await this.pool.query({ ...statement, values: [...values] });
      return rows as Row[];
    } catch (error) {
      throw translate(error);
    }
  }

  /** Whether Postgres answers, and has a schema that can be worked with. @throws as `query` */
  async answers(): Promise<boolean> {
    return (await this.query(PING, [])).length === 1;
  }

  /**
   * Runs `work` in one READ COMMITTED transaction: committed when it resolves, rolled back when it throws.
   * The transaction is an argument, never ambient, so that a call means the same wherever it is made.
   */
  async transaction<T>(work: (tx: Tx) => Promise<T>): Promise<T> {
    let client: PoolClient | undefined;
    let fatal: unknown;
    try {
      client = await this.pool.connect();
      // A connection lost between two statements would otherwise be an uncaught 'error' event.
      client.on('error', rememberNothing);
      const held = client;
      const tx: Tx = {
        isTransaction: true,
        query: async <Row>(statement: Statement, values: readonly unknown[]) =>
          (await held.query({ ...statement, values: [...values] })).rows as Row[],
      };
      await client.query('BEGIN');
      const result = await work(tx);
      const { command } = await client.query('COMMIT');
      // Where `work` passed over a failed statement, Postgres answers COMMIT by rolling back, and calls it no error.
      if (command !== 'COMMIT') throw new Error('the transaction had failed and was rolled back');
      return result;
    } catch (error) {
      if (isConnectionFailure(error)) fatal = error;
      else await client?.query('ROLLBACK').catch((lost: unknown) => (fatal = lost));
      throw translate(error);
    } finally {
      client?.off('error', rememberNothing);
      client?.release(fatal !== undefined);
    }
  }

  /** Of the pool, at this moment: none of anything before the first connection. */
  get poolUse(): PoolUse {
    return this.dataSource.isInitialized ? this.pool : NO_POOL;
  }

  private get pool(): Pool {
    if (!this.dataSource.isInitialized) throw new DependencyUnavailable('postgres');
    return (this.dataSource.driver as unknown as { master: Pool }).master;
  }

  private async tryToConnect(): Promise<unknown> {
    try {
      if (this.config.migrateOnStart) await migrate(this.config.url, this.furtherMigrations);
      await this.dataSource.initialize();
      return undefined;
    } catch (error) {
      return error ?? new Error('unknown failure');
    }
  }

  /** Says why it still can not, each time there is another reason: refused first, then a wrong password, say. */
  private async keepTryingToConnect(failure: unknown): Promise<void> {
    let known: unknown = undefined;
    let latest: unknown = failure;
    while (latest !== undefined) {
      if (reasonOf(latest) !== known)
        this.logger.warn({ msg: 'postgres can not be worked with yet', err: latest });
      known = reasonOf(latest);
      await new Promise((resolve) => setTimeout(resolve, RECONNECT_MS));
      if (this.stopped) return;
      latest = await this.tryToConnect();
    }
    this.logger.log({ msg: 'postgres is there' });
  }
}

function reasonOf(failure: unknown): unknown {
  const { code, message } = (failure ?? {}) as { code?: unknown; message?: unknown };
  return code ?? message;
}

function rememberNothing(): void {
  // The statement that meets the broken connection reports it.
}
