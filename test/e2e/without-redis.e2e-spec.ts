import { eventually } from '../support/eventually';
import { request } from '../support/rest';
import { upTo } from '../support/times';
import { World } from '../support/world';

describe('a node without Redis', () => {
  let world: World;
  beforeAll(async () => {
    world = await World.start({ env: { REDIS_URL: 'redis://127.0.0.1:1' } });
  });
  afterAll(() => world.stop());

  it('says so, and goes on', async () => {
    const { status, body } = await request('GET', `${world.nodeUrls[0]}/health/ready`);
    expect({ status, body }).toEqual({ status: 200, body: { status: 'degraded' } });
  });

  it('takes messages as ever, and its own sockets hear them in order', async () => {
    const [alice, bob] = [world.person('Alice'), world.person('Bob')];
    const chat = await alice.chatWith(bob);
    const [hers, his] = [await alice.connects(), await bob.connects()];
    for (const [index, door] of [alice, hers, his, bob, alice].entries()) {
      await door.says(chat, `message ${index}`);
    }
    for (const device of [hers, his]) {
      await eventually(() => expect(device.messages.map(({ seq }) => seq)).toEqual(upTo(5)));
    }
  });

  it('is not slow about it', async () => {
    const [alice, bob] = [world.person('Alice'), world.person('Bob')];
    const chat = await alice.chatWith(bob);
    const began = performance.now();
    for (let count = 0; count < 20; count++) expect((await alice.says(chat, 'quick')).status).toBe(201);
    expect(performance.now() - began).toBeLessThan(4_000);
  });
});
