import type { SyncPageDto } from '../../../src/sync';
import type { Person } from '../chat-client';

/** All pages of what changed since a token, and the token for the next time. @throws Error when a page is refused. */
export async function readSync(
  reader: Person,
  since: string | undefined,
  limit: number,
): Promise<{ readonly pages: readonly SyncPageDto[]; readonly next: string }> {
  const pages: SyncPageDto[] = [];
  for (let next = since; ;) {
    const { status, body } = await reader.syncs({ limit, ...(next !== undefined && { since: next }) });
    if (status !== 200) throw new Error(`${reader.name} can not sync: ${JSON.stringify(body)}`);
    pages.push(body);
    next = body.next;
    if (!body.hasMore) return { pages, next };
  }
}
