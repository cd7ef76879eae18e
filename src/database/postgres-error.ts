import { DependencyUnavailable } from '../common/problem';

interface DriverError extends Error {
  code?: string;
  constraint?: string;
}

/**
 * SQLSTATE classes after which the statement certainly had no effect and the fault lies in its data:
 * cardinality violation, data exception, integrity constraint violation, program limit exceeded.
 */
const CLASSES_OF_BAD_DATA = new Set(['21', '22', '23', '54']);

/** connection exception, insufficient resources, operator intervention (shutdown, cancelled), system error. */
const CLASSES_OF_OUTAGE = new Set(['08', '53', '57', '58']);

/** lock time-out; read-only transaction (a primary that was demoted); deadlock and serialisation, which a retry settles. */
const STATES_OF_OUTAGE = new Set(['55P03', '25006', '40P01', '40001']);

export function sqlState(error: unknown): string | undefined {
  const code = (error as DriverError | undefined)?.code;
  // A state has a digit somewhere, unlike the system's own EPIPE.
  return typeof code === 'string' && /^(?=.*\d)[0-9A-Z]{5}$/.test(code) ? code : undefined;
}

export function isBadData(error: unknown): boolean {
  return CLASSES_OF_BAD_DATA.has(sqlState(error)?.slice(0, 2) ?? '');
}

/** True when Postgres is away, overloaded or in the way; also for every failure below SQL (sockets, time-outs). */
export function isOutage(error: unknown): boolean {
  if (error instanceof DependencyUnavailable) return true;
  const state = sqlState(error);
  if (state === undefined) return isConnectionFailure(error);
  return STATES_OF_OUTAGE.has(state) || CLASSES_OF_OUTAGE.has(state.slice(0, 2));
}

/** After these the connection is in an unknown state and must not go back to the pool. */
export function isConnectionFailure(error: unknown): boolean {
  const { code, message } = (error ?? {}) as DriverError;
  // The system's own, EAI_AGAIN of a name that does not resolve among them; Node's begin with ERR_.
  if (typeof code === 'string' && /^E(?!RR_)[A-Z_]+$/.test(code)) return true;
  return /timeout|terminated|Connection|not queryable|server closed|Cannot use a pool/.test(message ?? '');
}

/** What a caller outside the database module may see: an outage becomes one domain error, the rest stays. */
export function translate(error: unknown): unknown {
  return isOutage(error) && !(error instanceof DependencyUnavailable)
    ? new DependencyUnavailable('postgres', error)
    : error;
}
