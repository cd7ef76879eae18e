import { setTimeout as delay } from 'node:timers/promises';
import { Client } from 'pg';
import { ConversationsService } from '../../../src/conversations/conversations.service';
import { Database } from '../../../src/database';
import { MessagesService } from '../../../src/messages';
import { UsersService, VisibilityChanges } from '../../../src/users';
import { BlocksRepository } from '../../../src/users/blocks/blocks.repository';
import { BlocksService } from '../../../src/users/blocks/blocks.service';
import type { Person } from '../../support/chat-client';
import { times } from '../../support/times';
import { World } from '../../support/world';

const ROUNDS = 6;

describe('a block, on two nodes at once,', () => {
  let world: World;
  let db: Client;
  beforeAll(async () => {
    world = await World.start({ nodes: 2 });
    db = new Client({ connectionString: world.database.url });
    await db.connect();
  });
  afterAll(async () => {
    await db.end();
    await world.stop();
  });

  const tenantId = '00000000-0000-0000-0000-000000000000';
  const actor = ({ id }: Person) => ({ tenantId, userId: id });

  function at<T>(node: number, service: abstract new (...args: never[]) => T): T {
    const found = world.nodes[node % 2]?.get(service, { strict: false });
    if (found === undefined) throw new Error('there is no such node');
    return found;
  }

  const blocks = (node: number, blocker: Person, blocked: Person) =>
    at(node, BlocksService).block(actor(blocker), blocked.id);
  const unblocks = (node: number, blocker: Person, blocked: Person) =>
    at(node, BlocksService).unblock(actor(blocker), blocked.id);

  async function count(sql: string, ...values: unknown[]): Promise<number> {
    return (await db.query(sql, values)).rowCount ?? 0;
  }

  /** What became of it: nothing, or the code of what was thrown. */
  const outcome = (work: Promise<unknown>): Promise<string> =>
    work.then(
      () => 'done',
      (error: { code?: string }) => error.code ?? 'failed',
    );

  it('leaves nothing to be stored once it has returned, of fifty messages under way from both sides', async () => {
    for (let round = 0; round < ROUNDS; round++) {
      const [alice, bob] = [world.person('Alice'), world.person('Bob')];
      const { id } = await alice.chatWith(bob);
      const stored = () => count('SELECT FROM messages WHERE conversation_uuid = $1', id);
      const sends = times(50, (n) =>
        outcome(
          at(n, MessagesService).send(actor(n % 3 === 0 ? alice : bob), {
            conversationId: id,
            content: `${n}`,
          }),
        ),
      );
      await delay(round);
      await blocks(round, alice, bob);
      const before = await stored();
      const outcomes = await sends;
      expect(await stored()).toBe(before);
      expect(outcomes.filter((became) => became === 'done')).toHaveLength(before);
      expect(outcomes.filter((became) => became === 'blocked')).toHaveLength(50 - before);
      expect(
        await outcome(at(0, MessagesService).send(actor(bob), { conversationId: id, content: 'x' })),
      ).toBe('blocked');
    }
  });

  it('leaves no conversation to be opened once it has returned', async () => {
    for (let round = 0; round < ROUNDS; round++) {
      const [alice, bob] = [world.person('Alice'), world.person('Bob')];
      const opened = () => count('SELECT FROM participants WHERE user_uuid = $1', alice.id);
      const opens = times(8, (n) => outcome(at(n, ConversationsService).openDirect(actor(bob), alice.id)));
      await delay(round);
      await blocks(round, alice, bob);
      const before = await opened();
      await opens;
      expect(await opened()).toBe(before);
      expect(await outcome(at(1, ConversationsService).openDirect(actor(bob), alice.id))).toBe('blocked');
    }
  });

  it('lets nobody open a conversation while it is being set', async () => {
    const [alice, bob] = [world.person('Alice'), world.person('Bob')];
    await at(0, UsersService).ensure(at(0, Database), tenantId, [alice.id, bob.id]);
    let returned = false;
    const open = await at(0, Database).transaction(async (tx) => {
      await at(0, VisibilityChanges).blockChanges(tx, actor(alice), bob.id);
      const opening = outcome(at(1, ConversationsService).openDirect(actor(bob), alice.id));
      void opening.finally(() => (returned = true));
      await delay(100);
      expect(returned).toBe(false);
      await at(0, BlocksRepository).add(tx, actor(alice), bob.id);
      return () => opening;
    });
    expect(await open()).toBe('blocked');
  });

  it('is one, however often it is set, and by either side', async () => {
    const [alice, bob] = [world.person('Alice'), world.person('Bob')];
    await alice.chatWith(bob);
    await times(20, (n) => (n % 4 < 2 ? blocks(n, alice, bob) : blocks(n, bob, alice)));
    expect(await count('SELECT FROM blocks WHERE blocker_uuid IN ($1, $2)', alice.id, bob.id)).toBe(2);
  });

  it('is set and taken away twenty times at once, with nobody in the way of another', async () => {
    const [alice, bob] = [world.person('Alice'), world.person('Bob')];
    await times(20, (n) => (n % 4 < 2 ? blocks(n, alice, bob) : unblocks(n, alice, bob)));
    await unblocks(0, alice, bob);
    expect(await count('SELECT FROM blocks WHERE blocker_uuid = $1', alice.id)).toBe(0);
  });

  it('waits for a message that is being stored, and stamps both of the two', async () => {
    const [alice, bob, carol] = [world.person('Alice'), world.person('Bob'), world.person('Carol')];
    const { id } = await alice.chatWith(bob);
    const { id: other } = await alice.chatWith(carol);
    const stamps = async (conversation: string) =>
      (
        await db.query<{ stamp: string }>(
          'SELECT stamp::text FROM participants WHERE conversation_uuid = $1 ORDER BY user_uuid',
          [conversation],
        )
      ).rows.map(({ stamp }) => stamp);
    const [before, elsewhere] = [await stamps(id), await stamps(other)];

    await db.query('BEGIN');
    await db.query('SELECT FROM conversations WHERE conversation_uuid = $1 FOR NO KEY UPDATE', [id]);
    let returned = false;
    const block = blocks(0, alice, bob).then(() => (returned = true));
    await delay(100);
    expect(returned).toBe(false);
    await db.query('COMMIT');
    await block;

    const after = await stamps(id);
    expect(new Set(after).size).toBe(1);
    expect(BigInt(after[0] ?? '')).toBeGreaterThan(BigInt(before[0] ?? ''));
    await unblocks(1, alice, bob);
    for (const stamp of await stamps(id)) expect(BigInt(stamp)).toBeGreaterThan(BigInt(after[0] ?? ''));
    expect(await stamps(other)).toEqual(elsewhere);
  });
});
