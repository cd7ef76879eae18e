import { Injectable } from '@nestjs/common';
import { Database, type Statement } from '../../src/database';
import type { Poll } from './poll';

/** participants primary key */
const ELECTORS: Statement = {
  name: 'poll.electors',
  text: /* sql */ `
    SELECT p.user_uuid AS id FROM participants p
    WHERE p.conversation_uuid = $1 AND p.tenant_uuid = $2 AND upper_inf(p.windows) AND p.windows @> $3::bigint`,
};

/** Who is to vote. */
@Injectable()
export class ElectorsRepository {
  constructor(private readonly database: Database) {}

  /** The members who may read the poll: not who has left, and not who joined after it was asked. */
  async electorsOf(tenantId: string, { conversationId, seq }: Poll): Promise<string[]> {
    const rows = await this.database.query<{ id: string }>(ELECTORS, [conversationId, tenantId, seq]);
    return rows.map(({ id }) => id);
  }
}
