import { setTimeout as delay } from 'node:timers/promises';
import { RedisBatch } from './redis-batch';
import type { RedisConnections } from './redis-connections';

type Answers = [Error | null, unknown][] | Error;

/** What was sent, pipeline by pipeline. */
function standIn(answers: (commands: unknown[][]) => Answers, ready = true) {
  const sent: unknown[][][] = [];
  const pipeline = (commands: unknown[][]) => ({
    exec: () => {
      sent.push(commands);
      const answer = answers(commands);
      return answer instanceof Error ? Promise.reject(answer) : Promise.resolve(answer);
    },
  });
  const connections = { commandLink: { ready }, commands: { pipeline } };
  return { sent, batch: new RedisBatch(connections as unknown as RedisConnections) };
}

const all = (commands: unknown[][]): Answers => commands.map(([name]) => [null, `${String(name)}!`]);

describe('commands that may wait a moment', () => {
  it('leave together, in their order, and each is answered', async () => {
    const { sent, batch } = standIn(all);
    batch.say('set', 'a', 1);
    const [one, two] = await Promise.all([batch.ask('get', 'a'), batch.ask('mget', 'a', 'b')]);
    expect(sent).toEqual([
      [
        ['set', 'a', 1],
        ['get', 'a'],
        ['mget', 'a', 'b'],
      ],
    ]);
    expect([one, two]).toEqual(['get!', 'mget!']);
  });

  it('are not sent where there are none', async () => {
    const { sent, batch } = standIn(all);
    batch.wake();
    await batch.flush();
    await delay(150);
    expect(sent).toEqual([]);
  });

  it('take with them what has gathered during the tick', async () => {
    const { sent, batch } = standIn(all);
    const gathered = ['x'];
    batch.onTick(() => {
      if (gathered.length > 0) batch.say('publish', gathered.splice(0).join());
    });
    batch.wake();
    await batch.flush();
    await batch.flush();
    expect(sent).toEqual([[['publish', 'x']]]);
  });

  it('fail by themselves', async () => {
    const { batch } = standIn(() => [
      [new Error('WRONGTYPE'), undefined],
      [null, 'well'],
    ]);
    const [one, two] = [batch.ask('incr', 'a'), batch.ask('get', 'b')];
    await expect(one).rejects.toThrow('WRONGTYPE');
    await expect(two).resolves.toBe('well');
  });

  it.each([
    ['is away', standIn(all, false)],
    ['does not answer', standIn(() => new Error('gone'))],
  ])('are given up when Redis %s', async (_what, { batch }) => {
    batch.say('set', 'a', 1);
    await expect(batch.ask('get', 'a')).rejects.toThrow('Redis did not answer');
  });
});
