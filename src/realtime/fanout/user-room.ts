import type { Actor } from '../../common/actor';
import { NIL_UUID } from '../../common/uuid';

/** The room of all sockets of one person. The same id under another tenant is someone else. */
export function userRoom({ tenantId, userId }: Actor): string {
  return tenantId === NIL_UUID ? `user:${userId}` : `t:${tenantId}:user:${userId}`;
}
