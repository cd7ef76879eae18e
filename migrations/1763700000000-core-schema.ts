import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * The tables of the core. Why they differ from the first sketch of the schema (watermarks by sequence number,
 * no foreign keys to `messages`, partitions from the first day): docs/adr/0004-the-schema-of-the-core.md.
 *
 * Locks: none that matter, everything is new. Way back: `down` drops it all.
 */
export class CoreSchema1763700000000 implements MigrationInterface {
  name = 'CoreSchema1763700000000';

  async up(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(CLUSTER);
    await queryRunner.query(USERS);
    await queryRunner.query(BLOCKS);
    await queryRunner.query(CONVERSATIONS);
    await queryRunner.query(PARTICIPANTS);
    await queryRunner.query(MESSAGES);
    await queryRunner.query(OUTBOX);
    await queryRunner.query(NODES);
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(
      'DROP TABLE outbox_shards, nodes, outbox, messages, participants, conversations, blocks, users, cluster',
    );
  }
}

/**
 * One row: what all nodes of this database share. `epoch` names this incarnation of the data (it changes when a
 * backup is restored, so that old sync tokens are refused); `cursor_key` authenticates cursors handed to clients.
 */
const CLUSTER = /* sql */ `
  CREATE TABLE cluster (
    only_row   boolean PRIMARY KEY DEFAULT true CHECK (only_row),
    epoch      uuid    NOT NULL DEFAULT gen_random_uuid(),
    cursor_key bytea   NOT NULL DEFAULT uuid_send(gen_random_uuid()) || uuid_send(gen_random_uuid())
  );
  INSERT INTO cluster DEFAULT VALUES`;

const USERS = /* sql */ `
  CREATE TABLE users (
    tenant_uuid          uuid        NOT NULL,
    user_uuid            uuid        NOT NULL,
    created_at           timestamptz NOT NULL DEFAULT now(),
    read_receipts        boolean     NOT NULL DEFAULT true,
    last_seen_visibility text        NOT NULL DEFAULT 'everyone' CHECK (last_seen_visibility IN ('everyone', 'nobody')),
    last_seen_at         timestamptz,
    -- Tokens issued before the one moment are refused; the other says when that was decided.
    sessions_valid_from  timestamptz,
    sessions_revoked_at  timestamptz,
    PRIMARY KEY (tenant_uuid, user_uuid)
  );

  -- What a node has not heard of yet.
  CREATE INDEX users_revoked ON users (sessions_revoked_at) WHERE sessions_revoked_at IS NOT NULL`;

const BLOCKS = /* sql */ `
  CREATE TABLE blocks (
    tenant_uuid  uuid        NOT NULL,
    blocker_uuid uuid        NOT NULL,
    blocked_uuid uuid        NOT NULL CHECK (blocked_uuid <> blocker_uuid),
    blocked_at   timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (tenant_uuid, blocker_uuid, blocked_uuid),
    FOREIGN KEY (tenant_uuid, blocker_uuid) REFERENCES users,
    FOREIGN KEY (tenant_uuid, blocked_uuid) REFERENCES users
  );

  CREATE INDEX blocks_by_time ON blocks (tenant_uuid, blocker_uuid, blocked_at, blocked_uuid)`;

/**
 * What every send changes (last_seq, rev, last_*, changed_at, stamp) is in no index, and pages keep room:
 * these updates stay HOT. `stamp` is the transaction that last changed the row, which is what sync reads by.
 */
const CONVERSATIONS = /* sql */ `
  CREATE TABLE conversations (
    conversation_uuid   uuid        PRIMARY KEY,
    tenant_uuid         uuid        NOT NULL,
    type                text        NOT NULL CHECK (type IN ('direct', 'group', 'business')),
    name                text,
    avatar_url          text,
    direct_low_uuid     uuid,
    direct_high_uuid    uuid,
    business_uuid       uuid,
    customer_uuid       uuid,
    created_by_uuid     uuid        NOT NULL,
    creation_key        uuid,
    creation_hash       bytea,
    message_ttl_seconds integer     CHECK (message_ttl_seconds > 0),
    created_at          timestamptz NOT NULL,
    last_seq            bigint      NOT NULL DEFAULT 0,
    rev                 bigint      NOT NULL DEFAULT 1,
    last_message_uuid   uuid,
    last_activity       timestamptz NOT NULL,
    changed_at          timestamptz NOT NULL,
    stamp               xid8        NOT NULL DEFAULT pg_current_xact_id(),
    CHECK ((type = 'direct') = (direct_low_uuid IS NOT NULL AND direct_high_uuid IS NOT NULL)),
    CHECK ((type = 'business') = (business_uuid IS NOT NULL AND customer_uuid IS NOT NULL)),
    CHECK (direct_low_uuid < direct_high_uuid)
  ) WITH (fillfactor = 80);

  -- One direct conversation per unordered pair, one business conversation per customer and business,
  -- one group per idempotency key: the constraint decides every race.
  CREATE UNIQUE INDEX conversations_direct_pair ON conversations (tenant_uuid, direct_low_uuid, direct_high_uuid)
    WHERE type = 'direct';
  CREATE UNIQUE INDEX conversations_business_customer ON conversations (tenant_uuid, business_uuid, customer_uuid)
    WHERE type = 'business';
  CREATE UNIQUE INDEX conversations_creation_key ON conversations (tenant_uuid, created_by_uuid, creation_key)
    WHERE creation_key IS NOT NULL`;

/**
 * \`windows\` holds the sequence numbers this person may read, one range for each stay: \`{[1,)}\` from the start
 * on, \`{[3,9),[20,)}\` joined, left and back. It is the one truth about membership: open-ended means a member now.
 * The row stays when they leave, with its windows closed.
 */
const PARTICIPANTS = /* sql */ `
  CREATE TABLE participants (
    conversation_uuid  uuid           NOT NULL REFERENCES conversations ON DELETE CASCADE,
    user_uuid          uuid           NOT NULL,
    tenant_uuid        uuid           NOT NULL,
    role               text           NOT NULL CHECK (role IN ('customer', 'agent', 'business', 'member', 'admin')),
    windows            int8multirange NOT NULL,
    joined_at          timestamptz    NOT NULL,
    last_read_seq      bigint         NOT NULL DEFAULT 0,
    last_delivered_seq bigint         NOT NULL DEFAULT 0,
    is_muted           boolean        NOT NULL DEFAULT false,
    stamp              xid8           NOT NULL DEFAULT pg_current_xact_id(),
    PRIMARY KEY (conversation_uuid, user_uuid),
    FOREIGN KEY (tenant_uuid, user_uuid) REFERENCES users,
    CHECK (last_read_seq <= last_delivered_seq)
  ) WITH (fillfactor = 80);

  CREATE INDEX participants_of_user ON participants (tenant_uuid, user_uuid, conversation_uuid)
    WHERE upper_inf(windows)`;

/**
 * Partitioned by the time in the id (UUIDv7), a month each; see create_message_partition. What must be unique in a
 * conversation is an index of each leaf (a parent's would need the partition key); across leaves the conversation's
 * row lock sees to it.
 *
 * \`rev\` is that of the last change; \`created_rev\` keeps the first one from then on when there is another, so that
 * a sending writes none.
 */
const MESSAGES = /* sql */ `
  CREATE TABLE messages (
    message_uuid      uuid        NOT NULL PRIMARY KEY,
    conversation_uuid uuid        NOT NULL,
    seq               bigint      NOT NULL,
    rev               bigint      NOT NULL,
    created_rev       bigint,
    sender_uuid       uuid,
    type              text        NOT NULL,
    content           text,
    payload           jsonb,
    metadata          jsonb,
    reply_to_uuid     uuid,
    client_message_id uuid,
    idempotency_key   bytea,
    body_hash         bytea,
    sent_at           timestamptz NOT NULL,
    edited_at         timestamptz,
    deleted_at        timestamptz,
    expires_at        timestamptz,
    stamp             xid8        NOT NULL DEFAULT pg_current_xact_id()
  ) PARTITION BY RANGE (message_uuid)`;

/**
 * Written in the transaction of the change it tells of. `shard` keeps a conversation's events in one queue.
 *
 * A row that has left is in no index but that by time, so that marking it writes no index at all. Rows are found by
 * what they still are, never by a position read up to: positions are taken before the commit, and a transaction that
 * lasts would be passed over.
 */
const OUTBOX = /* sql */ `
  CREATE TABLE outbox (
    position          bigint      GENERATED ALWAYS AS IDENTITY,
    shard             smallint    NOT NULL,
    event_uuid        uuid        NOT NULL,
    event_type        text        NOT NULL,
    schema_version    smallint    NOT NULL,
    occurred_at       timestamptz NOT NULL,
    trace_id          text        NOT NULL,
    tenant_uuid       uuid        NOT NULL,
    conversation_uuid uuid        NOT NULL,
    rev               bigint      NOT NULL,
    -- Null for MessageCreated, whose event_uuid is that of the message; of a later change to one, its messageId.
    payload           json,
    -- Who may hear of it; null for MessageCreated: the members at its seq.
    audience          uuid[],
    -- Whose task it is to tell of it live.
    node_uuid         uuid        DEFAULT nullif(current_setting('chat.node', true), '')::uuid,
    published_at      timestamptz,
    -- Given up, because no bus would take it.
    parked_at         timestamptz
  );

  CREATE INDEX outbox_waiting ON outbox (shard, position) WHERE published_at IS NULL AND parked_at IS NULL;
  CREATE INDEX outbox_by_time ON outbox USING brin (occurred_at) WITH (pages_per_range = 16)`;

/**
 * The processes that are there, each with a lease by the clock of Postgres that it renews. `mourner_uuid` is the one
 * that sees to what a dead one has left.
 */
const NODES = /* sql */ `
  CREATE TABLE nodes (
    node_uuid     uuid        PRIMARY KEY,
    renewed_at    timestamptz NOT NULL,
    lease_until   timestamptz NOT NULL,
    publishes     boolean     NOT NULL,
    mourner_uuid  uuid,
    mourned_until timestamptz
  );

  -- Which node publishes which shard of the outbox. Whoever's lease has ended owns nothing.
  CREATE TABLE outbox_shards (
    shard      smallint PRIMARY KEY,
    owner_uuid uuid
  );
  INSERT INTO outbox_shards (shard) SELECT generate_series(0, 15)`;
