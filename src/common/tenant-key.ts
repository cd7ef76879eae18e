import { NIL_UUID } from './uuid';

/** The name of a key, room or counter of one tenant. Those of the nil tenant stand as they are. */
export function tenantKey(tenantId: string, name: string): string {
  return tenantId === NIL_UUID ? name : `t:${tenantId}:${name}`;
}
