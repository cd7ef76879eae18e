import { randomUUID } from 'node:crypto';
import { Pool } from 'pg';
import type { AppendedOutcome, Draft } from '../../../src/messages/write-path/draft';
import { MessageLog } from '../../../src/messages/write-path/message-log.repository';
import { databaseAt } from '../database-config';

export interface Membership {
  /** The sequence numbers they may read. Default all. */
  readonly windows?: string;
  readonly role?: string;
}

/** The rows behind messages: made by the write path itself, and looked at from beside the service. */
export class MessageRows {
  readonly tenantId = randomUUID();

  private constructor(
    private readonly pool: Pool,
    private readonly log: MessageLog,
  ) {}

  static of(databaseUrl: string): MessageRows {
    return new MessageRows(
      new Pool({ connectionString: databaseUrl, max: 4 }),
      new MessageLog(databaseAt(databaseUrl)),
    );
  }

  async close(): Promise<void> {
    await Promise.all([this.pool.end(), this.log.onApplicationShutdown()]);
  }

  async select<Row = Record<string, unknown>>(sql: string, ...values: unknown[]): Promise<Row[]> {
    return (await this.pool.query(sql, values)).rows as Row[];
  }

  /** A group of these people. */
  async aGroup(members: Readonly<Record<string, Membership>>): Promise<string> {
    const [row] = await this.select<{ id: string }>(
      `WITH known AS (
         INSERT INTO users (tenant_uuid, user_uuid) SELECT $1, unnest($2::uuid[]) ON CONFLICT DO NOTHING
       ), made AS (
         INSERT INTO conversations (conversation_uuid, tenant_uuid, type, created_by_uuid, created_at, last_activity, changed_at)
         VALUES (gen_random_uuid(), $1, 'group', gen_random_uuid(), now(), now(), now())
         RETURNING conversation_uuid AS id
       ), joined AS (
         INSERT INTO participants (conversation_uuid, tenant_uuid, user_uuid, role, windows, joined_at)
         SELECT id, $1, member, role, windows, now()
         FROM made, unnest($2::uuid[], $3::text[], $4::int8multirange[]) AS m (member, role, windows)
       )
       SELECT id FROM made`,
      ...[this.tenantId, Object.keys(members)],
      Object.values(members).map(({ role = 'member' }) => role),
      Object.values(members).map(({ windows = '{[1,)}' }) => windows),
    );
    return row?.id as string;
  }

  /** The direct conversation of two people. */
  async aDirect(one: string, other: string): Promise<string> {
    const id = await this.aGroup({ [one]: {}, [other]: {} });
    const [low, high] = [one, other].sort();
    await this.select(
      `UPDATE conversations SET type = 'direct', direct_low_uuid = $2, direct_high_uuid = $3
       WHERE conversation_uuid = $1`,
      ...[id, low, high],
    );
    return id;
  }

  /** A message, sent. */
  async sent(
    conversationId: string,
    senderId: string | null,
    more: Partial<Draft> = {},
  ): Promise<AppendedOutcome> {
    const [outcome] = await this.log.appendWaiting([this.draft(conversationId, senderId, more)]);
    if (outcome?.verdict !== 'appended') throw new Error(`not sent: ${outcome?.verdict}`);
    return outcome;
  }

  /** As many messages, sent at once. */
  async sentMany(
    conversationId: string,
    senderId: string | null,
    count: number,
    more: Partial<Draft> = {},
  ): Promise<string[]> {
    const drafts = Array.from({ length: count }, () => this.draft(conversationId, senderId, more));
    return (await this.log.appendWaiting(drafts)).map((outcome) => (outcome as AppendedOutcome).messageId);
  }

  draft(conversationId: string, senderId: string | null, more: Partial<Draft> = {}): Draft {
    const nothing = { payload: null, metadata: null, replyToId: null, expiresInSeconds: null };
    const key = { clientMessageId: null, bodyHash: null };
    const what = { type: 'text', content: 'hello', traceId: '0'.repeat(32) };
    return { tenantId: this.tenantId, conversationId, senderId, ...what, ...nothing, ...key, ...more };
  }

  /** Time goes by for these messages, and for no others. */
  async age(interval: string, ...messageIds: string[]): Promise<void> {
    await this.select(
      `UPDATE messages SET sent_at = sent_at - $1::interval, deleted_at = deleted_at - $1::interval,
         expires_at = expires_at - $1::interval
       WHERE message_uuid = ANY ($2)`,
      ...[interval, messageIds],
    );
  }

  async message(messageId: string): Promise<Record<string, unknown>> {
    const [row] = await this.select('SELECT * FROM messages WHERE message_uuid = $1', messageId);
    return row ?? {};
  }

  async messages(conversationId: string): Promise<Record<string, unknown>[]> {
    return this.select('SELECT * FROM messages WHERE conversation_uuid = $1 ORDER BY seq', conversationId);
  }

  async conversation(conversationId: string): Promise<Record<string, unknown>> {
    const [row] = await this.select(
      'SELECT * FROM conversations WHERE conversation_uuid = $1',
      conversationId,
    );
    return row ?? {};
  }

  /** In the order they were written. */
  async events(conversationId: string): Promise<Record<string, unknown>[]> {
    return this.select('SELECT * FROM outbox WHERE conversation_uuid = $1 ORDER BY position', conversationId);
  }
}
