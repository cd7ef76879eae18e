import { randomUUID } from 'node:crypto';
import { withClient } from '../../scripts/infra/databases.mjs';
import { tokenFor } from '../../scripts/stand-in/token.mjs';

export const USERS = 1_000;
export const NIL_TENANT = '00000000-0000-0000-0000-000000000000';

/**
 * People, each in one conversation of two and in one room of eight: that with their number divided by its size.
 *
 * @typedef {object} Population
 * @property {{ id: string, token: string }[]} users
 * @property {Record<'pairs' | 'rooms', { size: number, ids: string[] }>} conversations
 */

/**
 * @param {string} databaseUrl with the service's schema
 * @param {string} secret that tokens are signed with
 * @returns {Promise<Population>}
 */
export async function populate(databaseUrl, secret) {
  const ids = Array.from({ length: USERS }, () => randomUUID()).sort();
  const conversations = {
    pairs: await found(databaseUrl, ids, 2),
    rooms: await found(databaseUrl, ids, 8),
  };
  return { users: ids.map((id) => ({ id, token: tokenFor({ uuid: id }, secret) })), conversations };
}

/**
 * So many conversations of new people, `size` in each.
 *
 * @param {string} databaseUrl with the service's schema
 * @returns {Promise<{ id: string, members: string[] }[]>}
 */
export async function populateWith(databaseUrl, count, size) {
  const users = Array.from({ length: count * size }, () => randomUUID()).sort();
  const { ids } = await found(databaseUrl, users, size);
  return ids.map((id, at) => ({ id, members: users.slice(at * size, (at + 1) * size) }));
}

/**
 * Conversations of the users that follow one another, `size` in each.
 *
 * @param {string[]} users sorted: a direct conversation names the lower first
 */
async function found(databaseUrl, users, size) {
  const ids = Array.from({ length: Math.floor(users.length / size) }, () => randomUUID());
  await withClient(databaseUrl, async (client) => {
    await client.query(
      'INSERT INTO users (tenant_uuid, user_uuid) SELECT $1, unnest($2::uuid[]) ON CONFLICT DO NOTHING',
      [NIL_TENANT, users],
    );
    await client.query(
      `INSERT INTO conversations (conversation_uuid, tenant_uuid, type, direct_low_uuid, direct_high_uuid,
         created_by_uuid, created_at, last_activity, changed_at)
       SELECT id, $1, CASE WHEN $3::int = 2 THEN 'direct' ELSE 'group' END,
         CASE WHEN $3 = 2 THEN ($4::uuid[])[n * 2 - 1] END, CASE WHEN $3 = 2 THEN ($4::uuid[])[n * 2] END,
         ($4::uuid[])[(n - 1) * $3 + 1], now(), now(), now()
       FROM unnest($2::uuid[]) WITH ORDINALITY AS c (id, n)`,
      [NIL_TENANT, ids, size, users],
    );
    await client.query(
      `INSERT INTO participants (conversation_uuid, user_uuid, tenant_uuid, role, windows, joined_at)
       SELECT ($2::uuid[])[(n - 1) / $3::int + 1], id, $1, 'member', '{[1,)}', now()
       FROM unnest($4::uuid[]) WITH ORDINALITY AS u (id, n)`,
      [NIL_TENANT, ids, size, users],
    );
  });
  return { size, ids };
}
