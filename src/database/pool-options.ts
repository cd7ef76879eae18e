import pg, { type PoolConfig } from 'pg';
import type { DatabaseConfig } from '../config';

const INT8 = 20;

/** `bigint` as number: sequence numbers stay far below 2^53, and a string would make arithmetic lie. */
const types: pg.CustomTypesConfig = {
  getTypeParser: (oid: number, format?: 'text' | 'binary') =>
    oid === INT8 ? Number : (pg.types.getTypeParser(oid, format) as (text: string) => unknown),
};

/**
 * Bounds on every wait, so that a request ends within 5 s whatever Postgres does: time to get a connection,
 * then the server's own limit on a statement, then ours for a server that has gone silent.
 */
export const POOL_LIMITS = {
  connectionTimeoutMillis: 2_400,
  statement_timeout: 2_000,
  query_timeout: 2_300,
  idle_in_transaction_session_timeout: 5_000,
} as const;

const COMMON: PoolConfig = {
  types,
  keepAlive: true,
  application_name: 'chat-backend',
  ...POOL_LIMITS,
};

/**
 * Every statement has one good plan, by its index. It is made once for a connection: planning over partitions takes
 * longer than most statements. Made while a partition was empty, it must not go on scanning it when it is full; and
 * none of them is worth compiling.
 */
const PLANNING = '-c plan_cache_mode=force_generic_plan -c enable_seqscan=off -c jit=off';

/**
 * Settings shared by all connections of a node to Postgres, the pool's and the write path's. `chat.node` is what rows
 * of the outbox are marked with: should this node not live to tell of them, others know which they are.
 */
export function connectionOptions({ nodeId }: DatabaseConfig): PoolConfig {
  return { ...COMMON, options: `${PLANNING} -c chat.node=${nodeId}` };
}
