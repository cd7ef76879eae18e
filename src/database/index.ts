export { type ClusterFacts, ClusterIdentity } from './cluster-identity';
export { Database } from './database';
export { DatabaseModule } from './database.module';
export { DedicatedConnections } from './dedicated-connections';
export { migrate, type MigrationClass } from './migrations';
export { connectionOptions } from './pool-options';
export { UnreadableRows } from './unreadable-rows';
export { isBadData, isOutage, sqlState, translate } from './postgres-error';
export type { Queryable, Statement, Tx } from './statement';
