import { Injectable } from '@nestjs/common';
import { Database, type Statement } from '../../database';

/** Those who see somebody in that many conversations hear of it when they look the next time. */
const MOST_TOLD = 10_000;

/** index participants_of_user, then participants primary key. */
const OF_USER: Statement = {
  name: 'profile_audience.of_user',
  text: /* sql */ `
    SELECT DISTINCT other.user_uuid AS id
    FROM participants own JOIN participants other ON other.conversation_uuid = own.conversation_uuid
    WHERE own.tenant_uuid = $1 AND own.user_uuid = $2 AND upper_inf(own.windows) AND upper_inf(other.windows)
    LIMIT $3`,
};

/** index conversations_business_customer, then participants primary key. */
const OF_BUSINESS: Statement = {
  name: 'profile_audience.of_business',
  text: /* sql */ `
    SELECT DISTINCT p.user_uuid AS id
    FROM conversations c JOIN participants p ON p.conversation_uuid = c.conversation_uuid
    WHERE c.type = 'business' AND c.tenant_uuid = $1 AND c.business_uuid = $2 AND upper_inf(p.windows)
    LIMIT $3`,
};

export type ProfileKind = 'user' | 'business';

/** Who sees whose profile: those who are in a conversation with them. */
@Injectable()
export class ProfileAudienceRepository {
  constructor(private readonly database: Database) {}

  /** At this moment; of a user, themselves included. */
  async of(kind: ProfileKind, tenantId: string, id: string): Promise<string[]> {
    const statement = kind === 'user' ? OF_USER : OF_BUSINESS;
    const rows = await this.database.query<{ id: string }>(statement, [tenantId, id, MOST_TOLD]);
    return rows.map((row) => row.id);
  }
}
