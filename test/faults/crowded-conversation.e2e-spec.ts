import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { Cluster } from '../support/faults/cluster';
import { Experiment } from '../support/faults/experiment';
import { RecordedClient } from '../support/history/recorded-client';
import { SeededRandom } from '../support/openapi/seeded-random';
import { times } from '../support/times';
import { World } from '../support/world';

const SENDERS = 64;
const EACH = 20;
const SEED = 1;

describe('a conversation of many who write at once, and nothing broken', () => {
  let world: World;
  let cluster: Cluster;
  beforeAll(async () => {
    world = await World.start({ nodes: 0 });
    cluster = await Cluster.start(world);
  });
  afterAll(async () => {
    await cluster.stop();
    await world.stop();
  });

  it('keeps its order and all else that must hold, at both nodes and by both doors', async () => {
    const experiment = await Experiment.begin(world, cluster, {
      seed: SEED,
      users: 4,
      conversations: 2,
      thinkMs: 100,
      listenMs: [1_000, 3_000],
    });
    const group = experiment.load.chats.find(({ members }) => members.length > 2);
    const never = new AbortController().signal;
    await times(SENDERS, async (index) => {
      const person = group?.members[index % 3];
      if (group === undefined || person === undefined) throw new Error('There is no group.');
      const client = new RecordedClient(experiment.history, person, 2, new SeededRandom(index));
      for (let count = 0; count < EACH; count++) {
        const key = randomUUID();
        await client.insist(
          { kind: 'send', conversationId: group.id, key, content: `${index} ${count}` },
          never,
        );
      }
    });
    await delay(500);
    expect(await experiment.verdict()).toEqual([]);
    const refused = experiment.history.attempts.filter(({ outcome }) => (outcome.status ?? 0) >= 500);
    expect(refused.map(({ outcome }) => outcome.reason)).toEqual([]);
    expect(experiment.acknowledged).toBeGreaterThanOrEqual(SENDERS * EACH);
  }, 60_000);
});
