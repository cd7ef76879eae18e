import { setTimeout as delay } from 'node:timers/promises';
import { Client } from 'pg';
import { Cluster } from '../support/faults/cluster';
import { Experiment } from '../support/faults/experiment';
import { PrivateServers } from '../support/faults/private-servers';
import { World } from '../support/world';

const SEED = 104;
const HELD_MS = 10_000;
const WELL_AGAIN_MS = 6_000;

describe('F04 a Postgres that others use up', () => {
  let servers: PrivateServers;
  let world: World;
  let cluster: Cluster;
  const clients: Client[] = [];
  beforeAll(async () => {
    servers = await PrivateServers.start();
    world = await World.start({ nodes: 0, servers });
    cluster = await Cluster.start(world, { env: { MIGRATE_ON_START: 'true' } });
  }, 60_000);
  afterEach(() => Promise.all(clients.splice(0).map((client) => client.end())));
  afterAll(async () => {
    await cluster.stop();
    await world.stop();
  });

  async function connect(): Promise<Client> {
    const client = new Client({ connectionString: servers.postgresUrl });
    await client.connect();
    clients.push(client);
    return client;
  }

  const begin = (seed: number): Promise<Experiment> =>
    Experiment.begin(world, cluster, {
      seed,
      users: 10,
      conversations: 6,
      thinkMs: 200,
      listenMs: [1_000, 6_000],
    });

  async function expectAllWell(experiment: Experiment): Promise<void> {
    await delay(WELL_AGAIN_MS);
    expect(await experiment.verdict()).toEqual([]);
    expect(experiment.acknowledged).toBeGreaterThan(50);
  }

  /** As many as there can be, those of the nodes among them. @returns how many nodes have none any more. */
  async function takeAllConnections(): Promise<void> {
    const first = await connect();
    for (let round = 0; round < 3; round++) {
      await first.query(
        `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'chat-backend'`,
      );
      while (await connect().then(Boolean, () => false));
    }
  }

  it('of its connections: what it can not take is refused in time', async () => {
    const experiment = await begin(SEED);
    await delay(1_000);
    await experiment.during('no connections', async () => {
      await takeAllConnections();
      await delay(HELD_MS);
      await Promise.all(clients.splice(0).map((client) => client.end()));
    });
    const refused = experiment.history.attempts.filter(({ outcome }) => outcome.status === 503);
    expect(refused.length).toBeGreaterThan(0);
    await expectAllWell(experiment);
  }, 90_000);

  it('of its messages, which somebody has locked: what waits for them is refused in time', async () => {
    const experiment = await begin(SEED + 1);
    await delay(1_000);
    const greedy = await connect();
    await experiment.during('a locked table', async () => {
      await greedy.query('BEGIN');
      await greedy.query('LOCK TABLE messages IN ACCESS EXCLUSIVE MODE');
      await delay(HELD_MS);
      await greedy.query('ROLLBACK');
    });
    await expectAllWell(experiment);
  }, 90_000);

  it('of its old rows, which a transaction that lasts keeps alive: nobody notices', async () => {
    const old = await connect();
    await old.query('BEGIN ISOLATION LEVEL REPEATABLE READ');
    await old.query('SELECT pg_current_xact_id(), count(*) FROM messages');
    const experiment = await begin(SEED + 2);
    await delay(HELD_MS);
    expect(await experiment.verdict()).toEqual([]);
    expect(experiment.history.attempts.filter(({ outcome }) => outcome.phase === 'info')).toEqual([]);
    await old.query('ROLLBACK');
  }, 90_000);
});
