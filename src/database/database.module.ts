import { type DynamicModule, Global, Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { DatabaseConfig } from '../config';
import { RecordingModule } from '../telemetry';
import { ClusterIdentity } from './cluster-identity';
import { Database } from './database';
import { FURTHER_MIGRATIONS, type MigrationClass } from './migrations';
import { PoolMetrics } from './pool.metrics';
import { connectionOptions } from './pool-options';
import { UnreadableRows } from './unreadable-rows';

@Global()
@Module({
  imports: [
    RecordingModule,
    TypeOrmModule.forRootAsync({
      inject: [DatabaseConfig],
      useFactory: (config: DatabaseConfig) => ({
        type: 'postgres' as const,
        url: config.url,
        // `Database` connects, so that a node can start while Postgres is away.
        manualInitialization: true,
        extra: { ...connectionOptions(config), max: config.poolSize },
      }),
    }),
  ],
  providers: [Database, ClusterIdentity, PoolMetrics, UnreadableRows],
  exports: [Database, ClusterIdentity, UnreadableRows],
})
export class DatabaseModule {
  /** @param further migrations of extensions, for MIGRATE_ON_START. */
  static with(further: readonly MigrationClass[]): DynamicModule {
    const provider = { provide: FURTHER_MIGRATIONS, useValue: further };
    return { module: DatabaseModule, providers: [provider] };
  }
}
