import { Injectable } from '@nestjs/common';
import type { Queryable, Statement } from '../../database';
import { outboxColumns, type OutboxRow } from '../publisher/outbox-events.repository';

/** outbox_by_time. What still waits is for the publisher, so that it appears in order; what was given up is not. */
const PAGE: Statement = {
  name: 'outbox_replay.page',
  text: /* sql */ `
    SELECT ${outboxColumns('o')} FROM outbox o
    WHERE o.occurred_at >= $1 AND o.occurred_at < $2 AND (o.published_at IS NOT NULL OR o.parked_at IS NOT NULL)
      AND ($3::uuid IS NULL OR o.conversation_uuid = $3) AND o.position > $4
    ORDER BY o.position LIMIT $5`,
};

/** Events that have been published once. */
@Injectable()
export class ReplayRepository {
  /** Those between two times (the second not included), in order, from after that position on. */
  page(
    db: Queryable,
    from: Date,
    to: Date,
    conversationId: string | undefined,
    afterPosition: number,
    limit: number,
  ): Promise<OutboxRow[]> {
    return db.query(PAGE, [from, to, conversationId ?? null, afterPosition, limit]);
  }
}
