import { Client } from 'pg';
import { NIL_UUID } from '../../../src/common/uuid';
import { type Unread, UnreadService } from '../../../src/conversations';
import type { Person } from '../../support/chat-client';
import { eventually } from '../../support/eventually';
import { World } from '../../support/world';

interface Chat {
  readonly id: string;
}

describe('unread counts wherever something was committed since a point in the order of transactions', () => {
  let world: World;
  let unread: UnreadService;
  let alice: Person;
  let bob: Person;
  let quiet: Chat;
  let busy: Chat;
  beforeAll(async () => {
    world = await World.start();
    unread = world.nodes[0]?.get(UnreadService, { strict: false }) as UnreadService;
  });
  beforeEach(async () => {
    [alice, bob] = [world.person('Alice'), world.person('Bob')];
    [quiet, busy] = [await alice.chatWith(bob), await alice.groupWith(bob)];
    for (const chat of [quiet, busy]) await alice.says(chat, 'hello');
  });
  afterAll(() => world.stop());

  const bobs = async (horizon: string | null): Promise<Map<string, number>> => {
    const people = [{ tenantId: NIL_UUID, userId: bob.id }];
    const counts: Unread[] = await unread.changedSince(people, horizon);
    return new Map(counts.map(({ conversationId, unreadCount }) => [conversationId, unreadCount]));
  };

  /** Newer than all there is. Transactions of others, in any database, hold it back. */
  const horizonByNow = (): Promise<string> =>
    eventually(async () => {
      const horizon = await unread.horizon();
      expect(await bobs(horizon)).toEqual(new Map());
      return horizon;
    });

  it('are all there are, since whenever', async () => {
    expect(await bobs(null)).toEqual(
      new Map([
        [quiet.id, 1],
        [busy.id, 1],
      ]),
    );
  });

  it('are those of conversations with a message since then', async () => {
    const horizon = await horizonByNow();
    await alice.says(busy, 'again');
    expect(await bobs(horizon)).toEqual(new Map([[busy.id, 2]]));
  });

  it('are those where something was read since then', async () => {
    const horizon = await horizonByNow();
    await bob.marksRead(busy, { seq: 1 });
    expect(await bobs(horizon)).toEqual(new Map([[busy.id, 0]]));
  });

  it('are those of a transaction that was open then, and of no conversation that was left', async () => {
    const slow = new Client({ connectionString: world.database.url });
    await slow.connect();
    await slow.query('BEGIN');
    await slow.query(
      'UPDATE participants SET last_read_seq = 1, last_delivered_seq = 1, stamp = pg_current_xact_id() WHERE conversation_uuid = $1 AND user_uuid = $2',
      [quiet.id, bob.id],
    );
    await alice.says(busy, 'something else goes on');
    const horizon = await unread.horizon();
    await slow.query('COMMIT');
    await slow.end();
    await alice.says(busy, 'and on');
    await alice.removes(busy, bob);
    expect(await bobs(horizon)).toEqual(new Map([[quiet.id, 0]]));
  });

  it('grow with whatever changes them: the greater is the later', async () => {
    const asOf = async (): Promise<number | undefined> =>
      (await unread.of([{ tenantId: NIL_UUID, userId: bob.id, conversationId: busy.id }]))[0]?.asOf;
    const seen = [await asOf()];
    for (const change of [
      () => alice.says(busy, 'more'),
      () => bob.marksRead(busy, { seq: 1 }),
      () => bob.says(busy, 'mine'),
      () => alice.removes(busy, bob).then(() => alice.adds(busy, bob)),
    ]) {
      await change();
      seen.push(await asOf());
    }
    expect(seen).toEqual([...new Set(seen)].sort((a, b) => Number(a) - Number(b)));
  });
});
