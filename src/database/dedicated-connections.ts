import pg from 'pg';
import type { DatabaseConfig } from '../config';
import { translate } from './postgres-error';
import { connectionOptions } from './pool-options';
import type { Queryable, Statement } from './statement';

/**
 * A few connections kept for one purpose, so that no other traffic can make it wait for one.
 * They connect when first used and again when lost.
 */
export class DedicatedConnections implements Queryable {
  private readonly pool: pg.Pool;

  constructor(config: DatabaseConfig, size: number, settings: pg.PoolConfig) {
    this.pool = new pg.Pool({
      ...connectionOptions(config),
      ...settings,
      connectionString: config.url,
      max: size,
      idleTimeoutMillis: 0,
    });
    // A connection lost while idle is replaced at the next use, which then reports what is wrong.
    this.pool.on('error', () => undefined);
  }

  async query<Row>(statement: Statement, values: readonly unknown[]): Promise<Row[]> {
    try {
      return (await this.pool.query({ ...statement, values: [...values] })).rows as Row[];
    } catch (error) {
      throw translate(error);
    }
  }

  /** Waits for statements in flight. */
  async close(): Promise<void> {
    if (!this.pool.ending) await this.pool.end();
  }
}
