import { randomUUID } from 'node:crypto';
import type { DatabaseConfig } from '../../src/config';

/** How a node of its own reaches this database. */
export function databaseAt(url: string, poolSize = 1): DatabaseConfig {
  return { url, poolSize, migrateOnStart: false, nodeId: randomUUID() };
}
