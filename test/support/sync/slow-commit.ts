import { Client } from 'pg';
import type { TestDatabase } from '../infra/test-database';

const LOCK = 20_331;

/**
 * Keeps open every transaction that records something of one conversation, after all its work and right before it is
 * committed, for as long as it is told to.
 */
export class SlowCommit {
  private constructor(private readonly client: Client) {}

  static async of(database: TestDatabase, conversationId: string): Promise<SlowCommit> {
    await database.query(`
      CREATE FUNCTION wait_to_commit() RETURNS trigger LANGUAGE plpgsql AS $$
      BEGIN
        PERFORM pg_advisory_xact_lock_shared(${LOCK});
        RETURN NULL;
      END $$;
      CREATE CONSTRAINT TRIGGER slow_commit AFTER INSERT ON outbox DEFERRABLE INITIALLY DEFERRED FOR EACH ROW
        WHEN (NEW.conversation_uuid = '${conversationId}') EXECUTE FUNCTION wait_to_commit()`);
    const client = new Client({ connectionString: database.url });
    await client.connect();
    const slow = new SlowCommit(client);
    await slow.begin();
    return slow;
  }

  async begin(): Promise<void> {
    await this.client.query(`SELECT pg_advisory_lock(${LOCK})`);
  }

  /** How many wait now. */
  async waiting(): Promise<number> {
    const { rows } = await this.client.query<{ count: number }>(
      `SELECT count(*)::integer FROM pg_locks WHERE locktype = 'advisory' AND objid = ${LOCK} AND NOT granted`,
    );
    return rows[0]?.count ?? 0;
  }

  /** They commit now, and whoever comes later at once. */
  async end(): Promise<void> {
    await this.client.query(`SELECT pg_advisory_unlock_all()`);
  }

  async close(): Promise<void> {
    await this.client.end();
  }
}
