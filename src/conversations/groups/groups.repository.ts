import { Injectable } from '@nestjs/common';
import type { Actor } from '../../common/actor';
import type { Queryable, Statement, Tx } from '../../database';

export interface NewGroup {
  readonly name: string | null;
  readonly avatarUrl: string | null;
  readonly key: string | null;
  readonly hash: Buffer | null;
  readonly memberIds: readonly string[];
}

export interface KeyedGroup {
  readonly id: string;
  readonly hash: Buffer;
}

/** index conversations_creation_key */
const BY_KEY: Statement = {
  name: 'groups.by_key',
  text: /* sql */ `
    SELECT conversation_uuid AS id, creation_hash AS hash FROM conversations
    WHERE tenant_uuid = $1 AND created_by_uuid = $2 AND creation_key = $3`,
};

/** index conversations_creation_key decides the race: the loser waits for the winner's commit and inserts nothing. */
const CREATE: Statement = {
  name: 'groups.create',
  text: /* sql */ `
    INSERT INTO conversations (conversation_uuid, tenant_uuid, type, name, avatar_url, created_by_uuid, creation_key,
      creation_hash, created_at, last_activity, changed_at)
    SELECT uuid_v7_at(moment), $1, 'group', $3, $4, $2, $5, $6, moment, moment, moment FROM clock_timestamp() AS moment
    ON CONFLICT (tenant_uuid, created_by_uuid, creation_key) WHERE creation_key IS NOT NULL DO NOTHING
    RETURNING conversation_uuid AS id`,
};

const ADD_FOUNDERS: Statement = {
  name: 'groups.add_founders',
  text: /* sql */ `
    INSERT INTO participants (conversation_uuid, tenant_uuid, user_uuid, role, windows, joined_at)
    SELECT c.conversation_uuid, c.tenant_uuid, founder,
      CASE WHEN founder = c.created_by_uuid THEN 'admin' ELSE 'member' END, '{[1,)}', c.created_at
    FROM conversations c, unnest($2::uuid[]) AS founder
    WHERE c.conversation_uuid = $1`,
};

@Injectable()
export class GroupsRepository {
  async byKey(db: Queryable, { tenantId, userId }: Actor, key: string): Promise<KeyedGroup | undefined> {
    const [row] = await db.query<KeyedGroup>(BY_KEY, [tenantId, userId, key]);
    return row;
  }

  /** @returns undefined when the key has made a group already, be it since a moment ago. */
  async create(tx: Tx, { tenantId, userId }: Actor, group: NewGroup): Promise<string | undefined> {
    const { name, avatarUrl, key, hash, memberIds } = group;
    const [row] = await tx.query<{ id: string }>(CREATE, [tenantId, userId, name, avatarUrl, key, hash]);
    if (row === undefined) return undefined;
    await tx.query(ADD_FOUNDERS, [row.id, memberIds]);
    return row.id;
  }
}
