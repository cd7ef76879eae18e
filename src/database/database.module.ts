import { type DynamicModule, Global, Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { DatabaseConfig } from '../config';
import { ClusterIdentity } from './cluster-identity';
import { Database } from './database';
import { FURTHER_MIGRATIONS, type MigrationClass } from './migrations';
import { CONNECTION_OPTIONS } from './pool-options';

@Global()
@Module({
  imports: [
    TypeOrmModule.forRootAsync({
      inject: [DatabaseConfig],
      useFactory: (config: DatabaseConfig) => ({
        type: 'postgres' as const,
        url: config.url,
        // `Database` connects, so that a node can start while Postgres is away.
        manualInitialization: true,
        extra: { ...CONNECTION_OPTIONS, max: config.poolSize },
      }),
    }),
  ],
  providers: [Database, ClusterIdentity],
  exports: [Database, ClusterIdentity],
})
export class DatabaseModule {
  /** @param further migrations of extensions, for MIGRATE_ON_START. */
  static with(further: readonly MigrationClass[]): DynamicModule {
    const provider = { provide: FURTHER_MIGRATIONS, useValue: further };
    return { module: DatabaseModule, providers: [provider] };
  }
}
