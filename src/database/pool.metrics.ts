import { Injectable } from '@nestjs/common';
import { Metrics } from '../telemetry';
import { Database } from './database';

/** How busy the pool is: where requests wait for a connection, Postgres or the pool is too small. */
@Injectable()
export class PoolMetrics {
  constructor(metrics: Metrics, database: Database) {
    metrics.gauges(
      {
        name: 'chat_postgres_pool_connections',
        help: 'Connections of the pool: all there are, and those that nobody uses.',
      },
      'state',
      () => ({ total: database.poolUse.totalCount, idle: database.poolUse.idleCount }),
    );
    metrics.gauge(
      {
        name: 'chat_postgres_pool_waiting',
        help: 'Statements and transactions that wait for a connection of the pool.',
      },
      () => database.poolUse.waitingCount,
    );
  }
}
