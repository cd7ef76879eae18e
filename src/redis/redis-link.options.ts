import type { RedisOptions } from 'ioredis';

const COMMAND_TIMEOUT_MS = 500;
const CONNECT_TIMEOUT_MS = 1_000;
const FIRST_RETRY_MS = 50;
const LONGEST_RETRY_MS = 1_000;

/**
 * Redis may be away for as long as it likes, and nobody may wait for it: a command is sent now or refused now,
 * answered soon or given up, and nothing is kept to be sent later.
 */
export function linkOptions(connectionName: string, commandTimeout = COMMAND_TIMEOUT_MS): RedisOptions {
  return {
    connectionName,
    lazyConnect: true,
    disableClientInfo: true,
    connectTimeout: CONNECT_TIMEOUT_MS,
    // Also ends a greeting that nobody answers: ioredis has no other limit between connecting and being ready.
    commandTimeout,
    // How long a connection that is hung up may take to say goodbye. A black hole never does.
    disconnectTimeout: 100,
    enableOfflineQueue: false,
    maxRetriesPerRequest: 0,
    autoResendUnfulfilledCommands: false,
    // RedisChannels subscribes anew itself: it wants to know when that is done, and that it can fail.
    autoResubscribe: false,
    retryStrategy: retryDelay,
  };
}

/** Doubles up to a second, for ever; half of it is chance, so that nodes do not come back all at once. */
export function retryDelay(attempt: number): number {
  const longest = Math.min(FIRST_RETRY_MS * 2 ** Math.min(attempt, 10), LONGEST_RETRY_MS);
  return Math.round(longest / 2 + Math.random() * (longest / 2));
}
