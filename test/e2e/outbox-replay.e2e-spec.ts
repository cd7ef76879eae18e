import { execFile } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { promisify } from 'node:util';
import { loadConfig } from '../../src/config';
import { type ReplayProgress, replayOutbox } from '../../src/outbox';
import type { ReplayRequest } from '../../src/outbox/replay/replay-request';
import type { Person } from '../support/chat-client';
import { eventually } from '../support/eventually';
import { EventSchemas } from '../support/outbox/event-schemas';
import { EventStream, type PublishedEvent } from '../support/outbox/event-stream';
import { upTo } from '../support/times';
import { World } from '../support/world';

const MINUTE_MS = 60_000;
const ALL_COLUMNS = `shard, event_uuid, event_type, schema_version, occurred_at, trace_id, tenant_uuid, conversation_uuid,
  rev, payload, published_at`;

describe('a replay', () => {
  let world: World;
  let stream: EventStream;
  let alice: Person;
  let chat: { readonly id: string };
  let other: { readonly id: string };
  let before: readonly PublishedEvent[];

  /** What happened is published, and there is no node any more that could publish anything. */
  beforeAll(async () => {
    world = await World.start();
    stream = EventStream.of(world.environment);
    const bob = world.person('Bob');
    alice = world.person('Alice');
    [chat, other] = [await alice.chatWith(bob), await alice.groupWith(bob)];
    for (const number of upTo(10)) {
      await alice.says(chat, `message ${number}`);
      await bob.says(other, `and ${number}`);
    }
    await bob.marksRead(chat, { seq: 10 });
    before = await eventually(async () => {
      const events = await stream.events();
      expect(events).toHaveLength(23);
      return events;
    });
    const { body: regretted } = await alice.says(chat, 'what nobody is to know');
    await alice.deletes(chat, regretted.id);
    before = await eventually(async () => {
      const events = await stream.events();
      expect(events).toHaveLength(25);
      return events;
    });
    await world.stopNode(0);
  });
  beforeEach(() => stream.clear());
  afterAll(async () => {
    await world.stop();
    await stream.close();
  });

  async function replay(
    { from = new Date(Date.now() - MINUTE_MS), to = new Date(), conversationId }: Partial<ReplayRequest> = {},
    env: Readonly<Record<string, string>> = {},
  ): Promise<ReplayProgress | undefined> {
    const config = loadConfig({ ...world.environment, ...env });
    let last: ReplayProgress | undefined;
    for await (last of replayOutbox(config, { from, to, conversationId }));
    return last;
  }

  it('publishes everything again, in order, under the ids it had', async () => {
    expect(await replay()).toMatchObject({ published: 25, refused: 0, gone: 0 });
    const again = await stream.events();
    expect(again).toHaveLength(25);
    for (const { id } of [chat, other]) expect(idsOf(again, id)).toEqual(idsOf(before, id));
  });

  it('publishes events that are as their schemas say', async () => {
    await replay();
    const schemas = new EventSchemas();
    expect((await stream.events()).flatMap((event) => schemas.faults(event))).toEqual([]);
  });

  it('says nothing of what was deleted since', async () => {
    await replay();
    const texts = await stream.texts();
    expect(texts.join()).toContain('message 1');
    expect(texts.join()).not.toContain('what nobody is to know');
  });

  it('can be of one conversation', async () => {
    expect(await replay({ conversationId: other.id })).toMatchObject({ published: 11 });
    expect(new Set((await stream.events()).map(({ key }) => key))).toEqual(new Set([other.id]));
  });

  it('is of events from one time on, and before another', async () => {
    const [, second, third, fourth] = before.filter(({ key }) => key === chat.id);
    const [from, to] = [new Date(second?.occurredAt ?? ''), new Date(fourth?.occurredAt ?? '')];
    await replay({ from, to, conversationId: chat.id });
    expect(idsOf(await stream.events(), chat.id)).toEqual([second?.eventId, third?.eventId]);
  });

  it('leaves to nodes what has not been published yet, and takes what was given up', async () => {
    const [given, waiting] = before;
    const set = (column: string, event: PublishedEvent | undefined): Promise<unknown> =>
      world.database.query(
        `UPDATE outbox SET published_at = NULL, parked_at = ${column} WHERE event_uuid = $1`,
        [event?.eventId],
      );
    await set('now()', given);
    await set('NULL', waiting);
    expect(await replay()).toMatchObject({ published: 24 });
    const ids = (await stream.events()).map(({ eventId }) => eventId);
    expect([ids.includes(given?.eventId ?? ''), ids.includes(waiting?.eventId ?? '')]).toEqual([true, false]);
    await world.database.query('UPDATE outbox SET published_at = now(), parked_at = NULL');
  });

  it('goes on where nothing can be made of an event, and counts it', async () => {
    const key = randomUUID();
    const payloads = ['{"message": 1}', '{"conversationId": 2}'];
    for (const [index, type] of ['MessageUpdated', 'ParticipantAdded'].entries())
      await world.database.query(
        `INSERT INTO outbox (${ALL_COLUMNS})
         VALUES (0, gen_random_uuid(), $1, 1, now(), '', $2, $2, 1, $3, now())`,
        [type, key, payloads[index]],
      );
    expect(await replay({ conversationId: key })).toMatchObject({ published: 1, gone: 1 });
  });

  it('takes its time over what happened at once, and keeps the order', async () => {
    const key = randomUUID();
    await world.database.query(
      `INSERT INTO outbox (${ALL_COLUMNS})
       SELECT 0, gen_random_uuid(), 'ParticipantAdded', 1, now() - interval '1 hour' + n / 1000 * interval '1 second', '',
         $1, $1, n, '{}', now()
       FROM generate_series(1, 2400) AS n`,
      [key],
    );
    const from = new Date(Date.now() - 61 * MINUTE_MS);
    expect(await replay({ from, conversationId: key })).toMatchObject({ published: 2_400 });
    expect((await stream.events()).map(({ rev }) => rev)).toEqual(upTo(2_400));
  });

  it('ends where the bus takes nothing', async () => {
    await expect(replay({}, { REDIS_URL: 'redis://127.0.0.1:1' })).rejects.toThrow();
    expect(await stream.texts()).toEqual([]);
  });

  describe('asked for on a command line', () => {
    const FROM = ['--from', new Date(Date.now() - MINUTE_MS).toISOString()];

    async function run(args: readonly string[], env: Readonly<Record<string, string>> = {}) {
      const options = { env: { ...world.environment, ...env }, timeout: 20_000 };
      return promisify(execFile)(process.execPath, ['dist/src/outbox-replay.js', ...args], options).then(
        ({ stdout, stderr }) => ({ code: 0, stdout, stderr }),
        ({ code, stdout, stderr }: { code: number; stdout: string; stderr: string }) => ({
          code,
          stdout,
          stderr,
        }),
      );
    }

    it('says how many events it has published', async () => {
      const { code, stdout, stderr } = await run([...FROM, '--conversation', other.id]);
      expect([code, stderr]).toEqual([0, '']);
      expect(stdout).toMatch(/^published 11 events, from \S+Z to \S+Z\n$/);
      expect(await stream.events()).toHaveLength(11);
    });

    it('does not call it done where the bus refuses an event, and goes on all the same', async () => {
      const key = randomUUID();
      for (const [index, length] of [1, 5_000_000, 1].entries())
        await world.database.query(
          `INSERT INTO outbox (${ALL_COLUMNS})
           VALUES (0, gen_random_uuid(), 'ParticipantAdded', 1, now(), '', $1, $1, $2,
             json_build_object('long', repeat('x', $3)), now())`,
          [key, index + 1, length],
        );
      const { code, stdout } = await run([...FROM, '--conversation', key]);
      expect([code, stdout]).toEqual([
        1,
        expect.stringMatching(/^published 2 events, 1 were refused, from /),
      ]);
      expect((await stream.events()).map(({ rev }) => rev)).toEqual([1, 3]);
    });

    it.each<[string, string[], Readonly<Record<string, string>>, RegExp]>([
      ['what makes no sense', ['--from', 'yesterday'], {}, /^--from must be a time such as \S+Z\n$/],
      [
        'what is not configured',
        FROM,
        { DATABASE_URL: '' },
        /^Invalid configuration: DATABASE_URL [^\n]*\n$/,
      ],
    ])('does nothing about %s, and says why in one line', async (_what, args, env, line) => {
      expect(await run(args, env)).toEqual({ code: 2, stdout: '', stderr: expect.stringMatching(line) });
    });

    it.each([
      ['Redis', { REDIS_URL: 'redis://127.0.0.1:1' }],
      ['Postgres', { DATABASE_URL: 'postgres://nobody@127.0.0.1:1/nothing' }],
    ])('says where to go on when it can not go on (no %s)', async (_what, env) => {
      const { code, stdout, stderr } = await run(FROM, env);
      expect([code, stdout]).toEqual([1, '']);
      expect(stderr).toMatch(/^stopped: [^\n]+\npublished 0 events; to go on: --from \S+Z\n$/);
    });
  });
});

function idsOf(events: readonly PublishedEvent[], key: string): string[] {
  return events.filter((event) => event.key === key).map(({ eventId }) => eventId);
}
