import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { eventually } from '../support/eventually';
import { Cluster, type ClusterNode } from '../support/faults/cluster';
import { Experiment } from '../support/faults/experiment';
import { PrivateServers } from '../support/faults/private-servers';
import { expectProblem } from '../support/problem';
import { World } from '../support/world';

const SEED = 102;
const LOAD = { seed: SEED, users: 10, conversations: 6, thinkMs: 200, listenMs: [1_000, 6_000] } as const;
const CRASHES = 10;
const STORM_MS = 10_000;
const STORM_EVERY_MS = 200;

describe('F02 a Postgres that crashes', () => {
  let servers: PrivateServers;
  let world: World;
  let cluster: Cluster;
  beforeAll(async () => {
    servers = await PrivateServers.start();
    world = await World.start({ nodes: 0, servers });
    cluster = await Cluster.start(world, { env: { MIGRATE_ON_START: 'true' } });
  }, 60_000);
  afterAll(async () => {
    await cluster.stop();
    await world.stop();
  });

  it(`loses nothing that was acknowledged, over ${CRASHES} crashes and two restarts`, async () => {
    const experiment = await Experiment.begin(world, cluster, LOAD);
    const endings = [
      ...Array.from({ length: CRASHES }, () => () => servers.killPostgres()),
      () => servers.endPostgres('SIGINT'),
      () => servers.endPostgres('SIGQUIT'),
    ];
    for (const end of endings) {
      await delay(1_000);
      await experiment.during('a crash', async () => {
        await end();
        await delay(300);
        await servers.postgresAgain();
      });
    }
    // Long enough to see that all is well again.
    await delay(12_000);
    expect(await experiment.verdict()).toEqual([]);
    expect(experiment.acknowledged).toBeGreaterThan(100);
  }, 180_000);

  it('is a 503 at most where its connections end, again and again', async () => {
    const experiment = await Experiment.begin(world, cluster, { ...LOAD, seed: SEED + 1 });
    await experiment.during('a storm', async () => {
      for (const until = Date.now() + STORM_MS; Date.now() < until; await delay(STORM_EVERY_MS))
        await servers.database.query(
          `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'chat-backend'`,
        );
    });
    await delay(6_000);
    expect(await experiment.verdict()).toEqual([]);
    expect(experiment.acknowledged).toBeGreaterThan(50);
  }, 120_000);

  it('leaves its client in doubt when the answer to a COMMIT is lost, and a retry settles it', async () => {
    const [alice, bob] = [world.person('Alice'), world.person('Bob')];
    const chat = await alice.chatWith(bob);
    const { links } = cluster.nodes[0] as ClusterNode;
    const clientMessageId = randomUUID();
    const stored = (): Promise<unknown[]> =>
      servers.database.query('SELECT FROM messages WHERE client_message_id = $1', [clientMessageId]);

    links.postgres.become('half');
    const doubtful = alice.says(chat, 'was that heard?', { clientMessageId });
    await eventually(async () => expect(await stored()).toHaveLength(1));
    links.postgres.become('cut');
    expectProblem(await doubtful, 'unavailable');
    links.postgres.become('none');

    const retry = await eventually(async () => {
      const answer = await alice.says(chat, 'was that heard?', { clientMessageId });
      expect(answer.status).toBe(200);
      return answer;
    });
    expect(retry.headers['idempotent-replayed']).toBe('true');
    expect((await alice.at(1).says(chat, 'was that heard?', { clientMessageId })).body).toEqual(retry.body);
    expect(await stored()).toHaveLength(1);
    expect((await bob.at(1).reads(chat)).body.items.map(({ id }) => id)).toEqual([retry.body.id]);
  });
});
