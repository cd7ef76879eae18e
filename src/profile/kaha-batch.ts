import type { ProfileIds } from './profile-source';

/** What one call asks for, in the words of kaha-main-v3. Ids in lower case, each once. */
export interface KahaBatch {
  readonly user_uuids: readonly string[];
  readonly business_uuids: readonly string[];
}

/** People and businesses counted together. */
const MAX_IDS_PER_CALL = 100;

/** Cuts `ids` into as few calls as upstream allows; no ids, no calls. */
export function batchesOf(ids: ProfileIds): KahaBatch[] {
  const users = distinct(ids.users);
  const businesses = distinct(ids.businesses);
  const batches: KahaBatch[] = [];
  // One row, people first and businesses after them, cut every hundred ids.
  for (let start = 0; start < users.length + businesses.length; start += MAX_IDS_PER_CALL) {
    const end = start + MAX_IDS_PER_CALL;
    batches.push({
      user_uuids: users.slice(start, end),
      business_uuids: businesses.slice(Math.max(0, start - users.length), Math.max(0, end - users.length)),
    });
  }
  return batches;
}

function distinct(ids: ReadonlySet<string>): string[] {
  return [...new Set([...ids].map((id) => id.toLowerCase()))];
}
