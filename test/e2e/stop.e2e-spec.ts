import { Client } from 'pg';
import { eventually } from '../support/eventually';
import { request } from '../support/rest';
import { World } from '../support/world';

describe('a node that is told to stop', () => {
  let world: World;
  let postgres: Client;
  beforeAll(async () => {
    world = await World.start({ nodes: 2 });
    postgres = new Client({ connectionString: world.database.url });
    await postgres.connect();
  });
  afterAll(async () => {
    await postgres.end();
    await world.stop();
  });

  it('wants no more work, answers what it was asked before, and nobody after', async () => {
    const [alice, bob] = [world.person('Alice'), world.person('Bob')];
    const chat = await alice.chatWith(bob);
    await postgres.query('BEGIN');
    await postgres.query('SELECT FROM conversations WHERE conversation_uuid = $1 FOR UPDATE', [chat.id]);
    const sending = alice.says(chat, 'just in time');
    await eventually(async () => expect(await waiting()).toBe(1));

    const stopping = world.nodes[0]?.close();
    const ready = () => request('GET', `${world.nodeUrls[0]}/health/ready`);
    await eventually(async () => expect(await ready()).toMatchObject({ status: 503 }));
    await postgres.query('COMMIT');

    const { status, body } = await sending;
    expect(status).toBe(201);
    await stopping;
    await expect(bob.inbox()).rejects.toThrow('fetch failed');
    expect((await bob.at(1).reads(chat)).body.items).toEqual([body]);
  });

  /** How many wait for what this test holds locked. */
  async function waiting(): Promise<number | undefined> {
    const { rows } = await postgres.query<{ count: number }>(
      'SELECT count(*)::int FROM pg_locks WHERE NOT granted AND pg_backend_pid() = ANY (pg_blocking_pids(pid))',
    );
    return rows[0]?.count;
  }
});
