import { Injectable } from '@nestjs/common';
import type { Statement, Tx } from '../database';
import type { ChatEvent } from './chat-event';

const ADD: Statement = {
  name: 'outbox.add',
  text: /* sql */ `
    INSERT INTO outbox (shard, event_uuid, event_type, schema_version, occurred_at, trace_id, tenant_uuid,
      conversation_uuid, rev, payload, audience)
    SELECT outbox_shard($5), uuid_v7_at(moment), $1, $2, moment, $3, $4, $5, $6, $7, $8 FROM clock_timestamp() AS moment
    RETURNING event_uuid AS "eventId", occurred_at AS "occurredAt"`,
};

/** Writes events in the transaction of the change they tell of. (Messages do so inside `append_messages`.) */
@Injectable()
export class OutboxRepository {
  /** @param audience users who may hear it. @returns the event with its id and time, by the database's clock. Announce it after the commit. */
  async add<Payload>(
    tx: Tx,
    event: Omit<ChatEvent<Payload>, 'eventId' | 'occurredAt'>,
    audience: readonly string[],
  ): Promise<ChatEvent<Payload>> {
    const { eventType, schemaVersion, traceId, tenantId, key, rev, payload } = event;
    const values = [eventType, schemaVersion, traceId, tenantId, key, rev, JSON.stringify(payload), audience];
    const [row] = await tx.query<{ eventId: string; occurredAt: Date }>(ADD, values);
    if (row === undefined) throw new Error('the outbox took no row');
    return { ...event, ...row };
  }
}
