import { randomUUID } from 'node:crypto';
import { Client } from 'pg';

export interface TestDatabase {
  readonly url: string;
  /** One statement on a connection of its own: what is stored, behind the service's back. */
  query<Row = Record<string, unknown>>(text: string, values?: readonly unknown[]): Promise<Row[]>;
  drop(): Promise<void>;
}

/** A database with the current schema and nothing in it, for one test file. */
export async function createTestDatabase(): Promise<TestDatabase> {
  const name = `test_${randomUUID().replaceAll('-', '')}`;
  await onServer(`CREATE DATABASE ${name} TEMPLATE chat_template`);
  const url = new URL(serverUrl());
  url.pathname = `/${name}`;
  return {
    url: url.href,
    query: <Row>(text: string, values?: readonly unknown[]) => queryAt<Row>(url.href, text, values),
    drop: () => onServer(`DROP DATABASE ${name} WITH (FORCE)`),
  };
}

async function onServer(statement: string): Promise<void> {
  await queryAt(serverUrl(), statement);
}

/** One statement on a connection of its own. */
export async function queryAt<Row = Record<string, unknown>>(
  connectionString: string,
  text: string,
  values: readonly unknown[] = [],
): Promise<Row[]> {
  const client = new Client({ connectionString });
  await client.connect();
  try {
    return (await client.query(text, [...values])).rows as Row[];
  } finally {
    await client.end();
  }
}

/** Of the Postgres that test/global-setup.mjs started. */
function serverUrl(): string {
  const { TEST_DATABASE_URL: url } = process.env;
  if (url === undefined)
    throw new Error('TEST_DATABASE_URL is not set: run this test in a project of jest.config.js.');
  return url;
}
