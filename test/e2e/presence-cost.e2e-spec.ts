import { setTimeout as delay } from 'node:timers/promises';
import { Redis } from 'ioredis';
import { Crowd } from '../support/realtime/crowd';
import { upTo } from '../support/times';
import { World } from '../support/world';

const PEOPLE = 300;
/** Each is said to be online once in it. */
const PERIOD_MS = 15_000;
const FOLLOWED = 20;

/** For a thousand in a minute: four each, and what nodes say to each other whoever is there. */
const MOST_FOR_A_THOUSAND = 4_800;

describe('people who are there and do nothing', () => {
  let world: World;
  beforeAll(async () => {
    world = await World.start();
  });
  afterAll(() => world.stop());

  it('cost Redis four commands a minute each, also where each of them follows others', async () => {
    const people = upTo(PEOPLE).map((number) => world.person(`Person ${number}`));
    const crowd = await Crowd.of(PEOPLE, Number(new URL(world.nodeUrls[0] ?? '').port), people);
    expect(crowd.refused).toBe(0);
    const userIds = people.slice(0, FOLLOWED).map(({ id }) => id);
    for (const connection of crowd.inside)
      connection.sends(`42["subscribe_presence",${JSON.stringify({ userIds })}]`);
    // The engine cuts whoever does not answer its pings.
    const pongs = setInterval(() => crowd.inside.forEach((connection) => connection.sends('3')), 5_000);
    await delay(PERIOD_MS);

    const commands = await counted(world, PERIOD_MS);
    clearInterval(pongs);
    crowd.leaves();
    const forAThousand = (commands.length * 60_000 * 1_000) / (PERIOD_MS * PEOPLE);
    expect(forAThousand).toBeLessThan(MOST_FOR_A_THOUSAND);
    // Or nothing was counted.
    expect(commands.filter((name) => name === 'set').length).toBeGreaterThanOrEqual(PEOPLE);
  }, 90_000);
});

/** The names of all commands about anything of this world. */
async function counted({ environment }: World, forMs: number): Promise<string[]> {
  const { REDIS_URL = '', REDIS_KEY_PREFIX = '' } = environment;
  const redis = new Redis(REDIS_URL);
  const monitor = await redis.monitor();
  const commands: string[] = [];
  monitor.on('monitor', (_time: string, [name = '', ...args]: string[]) => {
    if (args.some((arg) => arg.startsWith(REDIS_KEY_PREFIX))) commands.push(name.toLowerCase());
  });
  await delay(forMs);
  for (const connection of [monitor, redis]) connection.disconnect();
  return commands;
}
