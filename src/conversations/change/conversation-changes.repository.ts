import { Injectable } from '@nestjs/common';
import type { Statement, Tx } from '../../database';
import type { Announcement, ChatEventType } from '../../outbox';
import type { ConversationType, ParticipantRole } from '../conversation-row';

export interface HeldRow {
  readonly id: string;
  readonly tenantId: string;
  readonly type: ConversationType;
  readonly name: string | null;
  readonly rev: number;
  readonly isBlocked: boolean;
}

export interface Member {
  readonly userId: string;
  readonly role: ParticipantRole;
}

export interface NewEvent {
  readonly conversationId: string;
  readonly tenantId: string;
  readonly eventType: ChatEventType;
  readonly rev: number;
  readonly traceId: string;
  readonly payload: object;
  readonly kept: object | undefined;
  readonly audience: readonly string[];
}

/**
 * Primary keys of conversations and participants. The lock that `append_messages` takes, too: sends and changes
 * wait for each other. Who is no member waits for nothing: that would tell them that there is something.
 */
const LOCK: Statement = {
  name: 'conversation_changes.lock',
  text: /* sql */ `
    SELECT FROM conversations c
    WHERE c.conversation_uuid = $1 AND c.tenant_uuid = $2 AND ($3::uuid IS NULL OR EXISTS (
      SELECT FROM participants p WHERE p.conversation_uuid = $1 AND p.user_uuid = $3 AND upper_inf(p.windows)))
    FOR NO KEY UPDATE OF c`,
};

/**
 * After the lock and in a statement of its own, whose snapshot is younger: in the statement that waits for the
 * lock, what was committed meanwhile would go unseen. Primary keys of conversations and blocks.
 */
const HELD: Statement = {
  name: 'conversation_changes.held',
  text: /* sql */ `
    SELECT c.conversation_uuid AS id, c.tenant_uuid AS "tenantId", c.type, c.name, c.rev,
      c.type = 'direct' AND EXISTS (
        SELECT FROM blocks b
        WHERE b.tenant_uuid = c.tenant_uuid AND (
          (b.blocker_uuid = c.direct_low_uuid AND b.blocked_uuid = c.direct_high_uuid) OR
          (b.blocker_uuid = c.direct_high_uuid AND b.blocked_uuid = c.direct_low_uuid))
      ) AS "isBlocked"
    FROM conversations c WHERE c.conversation_uuid = $1`,
};

/** participants primary key. */
const MEMBERS: Statement = {
  name: 'conversation_changes.members',
  text: /* sql */ `
    SELECT user_uuid AS "userId", role FROM participants
    WHERE conversation_uuid = $1 AND upper_inf(windows) ORDER BY joined_at, user_uuid`,
};

/** conversations primary key. What is dated later was committed later, whatever the clock does. */
const RECORD: Statement = {
  name: 'conversation_changes.record',
  text: /* sql */ `
    WITH before AS (
      SELECT changed_at, greatest(clock_timestamp(), changed_at + interval '1 microsecond') AS moment
      FROM conversations WHERE conversation_uuid = $1
    ), moved AS (
      UPDATE conversations c SET rev = $4, changed_at = before.moment, stamp = pg_current_xact_id()
      FROM before WHERE c.conversation_uuid = $1
    ), recorded AS (
      INSERT INTO outbox (shard, event_uuid, event_type, schema_version, occurred_at, trace_id, tenant_uuid,
        conversation_uuid, rev, payload, audience)
      SELECT outbox_shard($1), uuid_v7_at(before.moment), $3, 1, before.moment, $5, $2, $1, $4, $6, $7 FROM before
      RETURNING event_uuid, occurred_at
    )
    SELECT recorded.event_uuid AS "eventId", recorded.occurred_at AS "occurredAt",
      extract(epoch FROM before.moment - before.changed_at)::double precision * 1000 AS "sincePreviousMs"
    FROM recorded, before`,
};

/** Locks conversations and records what becomes of them. */
@Injectable()
export class ConversationChangesRepository {
  /** Waits for whoever holds it. @returns undefined when it does not exist in that tenant, or for that member. */
  async lock(
    tx: Tx,
    tenantId: string,
    conversationId: string,
    memberId: string | undefined,
  ): Promise<HeldRow | undefined> {
    const locked = await tx.query(LOCK, [conversationId, tenantId, memberId]);
    if (locked.length === 0) return undefined;
    const [row] = await tx.query<HeldRow>(HELD, [conversationId]);
    return row;
  }

  /** Longest-standing first. */
  async members(tx: Tx, conversationId: string): Promise<Member[]> {
    return tx.query<Member>(MEMBERS, [conversationId]);
  }

  async record(tx: Tx, event: NewEvent): Promise<Announcement> {
    const { conversationId, tenantId, eventType, rev, traceId, payload, kept, audience } = event;
    const [row] = await tx.query<{ eventId: string; occurredAt: Date; sincePreviousMs: number }>(RECORD, [
      conversationId,
      tenantId,
      eventType,
      rev,
      traceId,
      JSON.stringify(kept ?? payload),
      audience,
    ]);
    if (row === undefined) throw new Error('the outbox took no row');
    const { sincePreviousMs, ...stored } = row;
    const base = { eventType, schemaVersion: 1, traceId, tenantId, key: conversationId, rev, payload };
    return { event: { ...base, ...stored }, audience, sincePreviousMs };
  }
}
