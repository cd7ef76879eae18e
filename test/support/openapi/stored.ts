import { Client } from 'pg';
import type { TestDatabase } from '../infra/test-database';

/** What nodes say of themselves, every second. */
const NODES_OWN = ['nodes', 'outbox_shards'];

/** What is stored, looked at from behind the service's back over one connection. */
export class Stored {
  private constructor(
    private readonly client: Client,
    private readonly summary: string,
  ) {}

  static async in({ url }: TestDatabase): Promise<Stored> {
    const client = new Client({ connectionString: url });
    await client.connect();
    // Whatever table there is, so that a new one is watched from its first day.
    const { rows } = await client.query<{ name: string }>(
      `SELECT relname AS name FROM pg_class
        WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p') AND NOT relispartition AND relname <> ALL ($1)`,
      [NODES_OWN],
    );
    return new Stored(client, rows.map(({ name }) => summaryOf(name)).join(' UNION ALL '));
  }

  async end(): Promise<void> {
    await this.client.end();
  }

  /** By table, how many rows there are and a checksum over all of them. */
  async rows(): Promise<Readonly<Record<string, string>>> {
    const { rows } = await this.client.query<{ name: string; rows: string }>(this.summary);
    return Object.fromEntries(rows.map(({ name, rows: summary }) => [name, summary]));
  }

  /** Which of these requests left the event of a change behind. */
  async changesOf(traceIds: readonly string[]): Promise<ReadonlySet<string>> {
    const { rows } = await this.client.query<{ trace_id: string }>(
      'SELECT DISTINCT trace_id FROM outbox WHERE trace_id = ANY($1)',
      [traceIds],
    );
    return new Set(rows.map(({ trace_id: traceId }) => traceId));
  }
}

/** That an event has been published is no change of anything. */
function summaryOf(table: string): string {
  return `SELECT '${table}' AS name, count(*) || ' rows, ' || coalesce(md5(string_agg(line, '' ORDER BY line)), '') AS rows
    FROM ${table} t, LATERAL (SELECT (to_jsonb(t) - 'published_at')::text AS line) AS written`;
}
