import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * What the question "what changed since?" is answered by, beyond the stamps that rows have from the start. See
 * docs/adr/0012-sync-tokens-hold-a-snapshot.md.
 *
 * Locks: `participants` is rewritten and `messages` indexed, both closed to writes meanwhile. Way back: `down`.
 */
export class Sync1763700003000 implements MigrationInterface {
  name = 'Sync1763700003000';

  async up(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(MEMBERSHIP_STAMP);
    await queryRunner.query(LEFT_BY_USER);
    await queryRunner.query(REPLIES);
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query('DROP INDEX messages_replies, participants_left');
    await queryRunner.query('ALTER TABLE participants DROP COLUMN membership_stamp');
  }
}

/**
 * The transaction in which somebody last came or went: `stamp` moves with every message that they read, and would not
 * tell that a whole history came into their view.
 */
const MEMBERSHIP_STAMP = /* sql */ `
  ALTER TABLE participants ADD COLUMN membership_stamp xid8 NOT NULL DEFAULT pg_current_xact_id()`;

/** Where somebody is no member any more, which a client is told once. */
const LEFT_BY_USER = /* sql */ `
  CREATE INDEX participants_left ON participants (tenant_uuid, user_uuid, conversation_uuid)
    WHERE NOT upper_inf(windows)`;

/** What shows a line of another message changes with it. Only replies are in it. */
const REPLIES = /* sql */ `
  CREATE INDEX messages_replies ON messages (reply_to_uuid) WHERE reply_to_uuid IS NOT NULL`;
