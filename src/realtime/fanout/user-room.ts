import type { Actor } from '../../common/actor';
import { tenantKey } from '../../common/tenant-key';

/** The room of all sockets of one person. The same id under another tenant is someone else. */
export function userRoom({ tenantId, userId }: Actor): string {
  return tenantKey(tenantId, `user:${userId}`);
}
