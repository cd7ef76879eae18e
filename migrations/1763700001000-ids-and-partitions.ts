import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Ids by the database's clock, and the monthly partitions of `messages` that are cut along them. */
export class IdsAndPartitions1763700001000 implements MigrationInterface {
  name = 'IdsAndPartitions1763700001000';

  async up(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(UUID_V7_AT);
    await queryRunner.query(UUID_V7_FLOOR);
    await queryRunner.query(IDEMPOTENCY_KEY);
    await queryRunner.query(OUTBOX_SHARD);
    await queryRunner.query(CREATE_MESSAGE_PARTITION);
    await queryRunner.query(ENSURE_MESSAGE_PARTITIONS);
    await queryRunner.query('SELECT ensure_message_partitions(1)');
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    const leaves = (await queryRunner.query(
      `SELECT inhrelid::regclass::text AS leaf FROM pg_inherits WHERE inhparent = 'messages'::regclass`,
    )) as { leaf: string }[];
    for (const { leaf } of leaves) await queryRunner.query(`DROP TABLE ${leaf}`);
    await queryRunner.query(
      'DROP FUNCTION ensure_message_partitions, create_message_partition, outbox_shard, idempotency_key',
    );
    await queryRunner.query('DROP FUNCTION uuid_v7_floor, uuid_v7_at');
  }
}

/**
 * UUIDv7 (RFC 9562, section 5.7) of a given moment. The 12 bits after the version hold the fraction of the
 * millisecond (section 6.2, method 3), so that ids a microsecond apart already sort; the other 62 are random.
 */
const UUID_V7_AT = /* sql */ `
  CREATE FUNCTION uuid_v7_at(moment timestamptz) RETURNS uuid
  LANGUAGE sql VOLATILE PARALLEL SAFE AS $$
    SELECT encode(
      substring(int8send((date_part('epoch', moment) * 1000000)::bigint / 1000) FROM 3)
      || substring(int4send((28672 + (date_part('epoch', moment) * 1000000)::bigint % 1000 * 4096 / 1000)::integer) FROM 3)
      || substring(uuid_send(gen_random_uuid()) FROM 9), 'hex')::uuid
  $$`;

/** Below every id of that moment and after, above every id before it: where pages and partitions are cut. */
const UUID_V7_FLOOR = /* sql */ `
  CREATE FUNCTION uuid_v7_floor(moment timestamptz) RETURNS uuid
  LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT (lpad(to_hex(floor(extract(epoch FROM moment) * 1000)::bigint), 12, '0') || '00000000000000000000')::uuid
  $$`;

/**
 * What a sender's `clientMessageId` is unique by: the key belongs to its sender (none: the service) and the
 * conversation. Hashed into one column it is found by one index and by no other, whatever the planner believes of
 * a partition, and that index is a third of the size. 128 bits of SHA-256.
 */
const IDEMPOTENCY_KEY = /* sql */ `
  CREATE FUNCTION idempotency_key(conversation uuid, sender uuid, client_message_id uuid) RETURNS bytea
  LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT substring(sha256(uuid_send(conversation) || coalesce(uuid_send(sender), '') || uuid_send(client_message_id))
      FROM 1 FOR 16)
  $$`;

/** Sixteen queues are enough for as many publishers; the number may not change while rows are waiting. */
const OUTBOX_SHARD = /* sql */ `
  CREATE FUNCTION outbox_shard(conversation uuid) RETURNS smallint
  LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$ SELECT (uuid_hash(conversation) & 15)::smallint $$`;

/**
 * Makes the partition of one month, if it is not there. The leaf is built alone and then attached, which lets
 * sends and reads of the other months go on (CREATE … PARTITION OF would lock them all out).
 */
const CREATE_MESSAGE_PARTITION = /* sql */ `
  CREATE FUNCTION create_message_partition(month date) RETURNS boolean
  LANGUAGE plpgsql AS $$
  DECLARE
    leaf text := to_char(month, '"messages_"YYYY_MM');
    low  uuid := uuid_v7_floor(date_trunc('month', month::timestamp) AT TIME ZONE 'UTC');
    high uuid := uuid_v7_floor((date_trunc('month', month::timestamp) + interval '1 month') AT TIME ZONE 'UTC');
  BEGIN
    -- Two nodes may think of it at the same time.
    PERFORM pg_advisory_xact_lock(hashtext('create_message_partition'));
    IF to_regclass(leaf) IS NOT NULL THEN
      RETURN false;
    END IF;
    EXECUTE format('CREATE TABLE %I (LIKE messages INCLUDING ALL)', leaf);
    EXECUTE format('CREATE UNIQUE INDEX %I ON %I (conversation_uuid, seq)', leaf || '_seq', leaf);
    EXECUTE format('CREATE UNIQUE INDEX %I ON %I (idempotency_key)
      WHERE idempotency_key IS NOT NULL', leaf || '_idempotency', leaf);
    -- What unread counts leave out.
    EXECUTE format('CREATE INDEX %I ON %I (conversation_uuid, seq)
      WHERE deleted_at IS NOT NULL OR type = ''system''', leaf || '_uncounted', leaf);
    -- What changed after it was sent, for sync.
    EXECUTE format('CREATE INDEX %I ON %I (conversation_uuid, rev)
      WHERE edited_at IS NOT NULL OR deleted_at IS NOT NULL', leaf || '_changed', leaf);
    EXECUTE format('CREATE INDEX %I ON %I (expires_at)
      WHERE expires_at IS NOT NULL AND deleted_at IS NULL', leaf || '_expiring', leaf);
    -- Tombstones whose row still says what they said.
    EXECUTE format('CREATE INDEX %I ON %I (deleted_at)
      WHERE deleted_at IS NOT NULL AND content IS NOT NULL', leaf || '_unscrubbed', leaf);
    EXECUTE format('ALTER TABLE messages ATTACH PARTITION %I FOR VALUES FROM (%L) TO (%L)', leaf, low, high);
    RETURN true;
  END $$`;

/** This month's partition, the one before it (a clock may step back over midnight) and \`ahead\` months more. */
const ENSURE_MESSAGE_PARTITIONS = /* sql */ `
  CREATE FUNCTION ensure_message_partitions(ahead integer) RETURNS integer
  LANGUAGE sql AS $$
    SELECT count(*) FILTER (WHERE create_message_partition(
      (date_trunc('month', now() AT TIME ZONE 'UTC') + make_interval(months => n))::date))::integer
    FROM generate_series(-1, ahead) AS n
  $$`;
