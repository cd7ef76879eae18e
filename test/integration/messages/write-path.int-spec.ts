import { randomUUID } from 'node:crypto';
import { Client } from 'pg';
import { DependencyUnavailable } from '../../../src/common/problem';
import type { MessageDto } from '../../../src/message-view';
import { bodyHash } from '../../../src/common/body-hash';
import type { AppendOutcome, Draft } from '../../../src/messages/write-path/draft';
import { MessageLog } from '../../../src/messages/write-path/message-log.repository';
import { WritePath, type WriteResult } from '../../../src/messages/write-path/write-path';
import { WritePathMetrics } from '../../../src/messages/write-path/write-path.metrics';
import { EventAnnouncer } from '../../../src/outbox';
import { Metrics } from '../../../src/telemetry';
import { eventually } from '../../support/eventually';
import { createTestDatabase, type TestDatabase } from '../../support/infra/test-database';
import { times, upTo } from '../../support/times';
import { databaseAt } from '../../support/database-config';

const TENANT = randomUUID();
const ALICE = randomUUID();

/** The real log, of which a test can see each call, and act between its answer and what follows. */
class ObservedLog extends MessageLog {
  readonly groups: string[][] = [];
  afterwards: (outcomes: readonly AppendOutcome[]) => Promise<unknown> | undefined = () => undefined;

  override async append(drafts: readonly Draft[]): Promise<AppendOutcome[]> {
    this.groups.push(drafts.map(({ content }) => content));
    const outcomes = await super.append(drafts);
    await this.afterwards(outcomes);
    return outcomes;
  }
}

describe('the write path', () => {
  let testDatabase: TestDatabase;
  let db: Client;
  let holder: Client;
  let log: ObservedLog;
  let announcer: EventAnnouncer;
  let writePath: WritePath;

  beforeAll(async () => {
    testDatabase = await createTestDatabase();
    db = await connect();
    holder = await connect();
    await db.query('INSERT INTO users (tenant_uuid, user_uuid) VALUES ($1, $2)', [TENANT, ALICE]);
  });
  beforeEach(() => {
    log = new ObservedLog(databaseAt(testDatabase.url));
    announcer = new EventAnnouncer();
    writePath = new WritePath(log, announcer, new WritePathMetrics(new Metrics()));
  });
  afterEach(async () => {
    await holder.query('ROLLBACK');
    await writePath.beforeApplicationShutdown();
    await log.onApplicationShutdown();
  });
  afterAll(async () => {
    await Promise.all([db.end(), holder.end()]);
    await testDatabase.drop();
  });

  async function connect(): Promise<Client> {
    const client = new Client({ connectionString: testDatabase.url });
    await client.connect();
    return client;
  }

  /** A group of Alice alone. */
  async function aGroup(): Promise<string> {
    const { rows } = await db.query<{ id: string }>(
      `WITH made AS (
         INSERT INTO conversations (conversation_uuid, tenant_uuid, type, created_by_uuid, created_at, last_activity, changed_at)
         VALUES (gen_random_uuid(), $1, 'group', $2, now(), now(), now())
         RETURNING conversation_uuid AS id
       ), joined AS (
         INSERT INTO participants (conversation_uuid, tenant_uuid, user_uuid, role, windows, joined_at)
         SELECT id, $1, $2, 'member', '{[1,)}', now() FROM made
       )
       SELECT id FROM made`,
      [TENANT, ALICE],
    );
    return rows[0]?.id as string;
  }

  function aDraft(conversationId: string, content: string, more: Partial<Draft> = {}): Draft {
    const nothing = { payload: null, metadata: null, replyToId: null, expiresInSeconds: null };
    const key = { clientMessageId: randomUUID(), bodyHash: bodyHash({ content }) };
    const who = { tenantId: TENANT, conversationId, senderId: ALICE };
    return { ...who, type: 'text', content, ...nothing, ...key, traceId: '0'.repeat(32), ...more };
  }

  const append = (conversationId: string, content: string): Promise<WriteResult> =>
    writePath.append(aDraft(conversationId, content));

  async function hold(conversationId: string): Promise<void> {
    await holder.query('BEGIN');
    await holder.query('SELECT FROM conversations WHERE conversation_uuid = $1 FOR NO KEY UPDATE', [
      conversationId,
    ]);
  }

  async function contents(conversationId: string): Promise<string[]> {
    const { rows } = await db.query<{ content: string }>(
      'SELECT content FROM messages WHERE conversation_uuid = $1 ORDER BY seq',
      [conversationId],
    );
    return rows.map(({ content }) => content);
  }

  const unavailable = expect.objectContaining({ code: 'unavailable' }) as unknown;
  const settled = (sent: readonly Promise<WriteResult>[]): Promise<unknown[]> =>
    Promise.all(
      sent.map((one) =>
        one.then(
          ({ verdict }) => verdict,
          (error: unknown) => error,
        ),
      ),
    );

  it('stores, announces, and only then tells the sender', async () => {
    const group = await aGroup();
    const happened: string[] = [];
    announcer.listen(([announcement]) => {
      const { message } = announcement?.event.payload as { message: MessageDto };
      happened.push(`announced ${message.content}`);
    });
    await append(group, 'hello').then(() => happened.push('told'));
    expect(happened).toEqual(['announced hello', 'told']);
    expect(await contents(group)).toEqual(['hello']);
  });

  it('announces in the order of seq what many send at once, in few commits', async () => {
    const group = await aGroup();
    const announced: [number, readonly string[]][] = [];
    announcer.listen((announcements) => {
      for (const { event, audience } of announcements) announced.push([event.rev, audience]);
    });
    await times(200, (n) => append(group, `${n}`));
    expect(announced).toEqual(upTo(200).map((n) => [n + 1, [ALICE]]));
    expect(log.groups.map(({ length }) => length)).toEqual([1, 128, 71]);
    expect(await contents(group)).toEqual(upTo(200).map((n) => `${n - 1}`));
  });

  it('announces nothing that was not stored', async () => {
    const group = await aGroup();
    const draft = aDraft(group, 'hello');
    await writePath.append(draft);
    const listener = jest.fn();
    announcer.listen(listener);
    const refused = [draft, { ...draft, bodyHash: bodyHash({}) }, aDraft(randomUUID(), 'a')];
    const verdicts = await settled(refused.map((one) => writePath.append(one)));
    expect(verdicts).toEqual(['replayed', 'key_reused', 'conversation_not_found']);
    expect(listener).not.toHaveBeenCalled();
  });

  describe('where somebody holds a conversation locked', () => {
    it('makes its senders wait two seconds at most, and nobody else', async () => {
      const [held, free] = [await aGroup(), await aGroup()];
      await hold(held);
      const started = performance.now();
      const stuck = settled([append(held, 'stuck')]).then(
        (outcome) => [outcome, performance.now() - started] as const,
      );
      let over = false;
      void stuck.then(() => (over = true));
      for (const n of upTo(50)) await append(free, `${n}`);
      expect(over).toBe(false);
      const [outcome, waited] = await stuck;
      expect(outcome).toEqual([unavailable]);
      expect(waited).toBeLessThan(2_700);
      expect(await contents(held)).toEqual([]);
      expect(await contents(free)).toHaveLength(50);
    });

    it('tells everybody within five seconds, however many have sent', async () => {
      const held = await aGroup();
      await hold(held);
      const started = performance.now();
      const first = append(held, 'first');
      await eventually(() => expect(log.groups).toHaveLength(1));
      const outcomes = await settled([first, ...upTo(300).map((n) => append(held, `${n}`))]);
      expect(outcomes).toEqual(Array(301).fill(unavailable));
      expect(performance.now() - started).toBeLessThan(5_000);
    });

    it('tells everybody within five seconds, however many conversations are held', async () => {
      const held: string[] = [];
      for (const _ of upTo(6)) held.push(await aGroup());
      await holder.query('BEGIN');
      await holder.query('SELECT FROM conversations WHERE conversation_uuid = ANY ($1) FOR NO KEY UPDATE', [
        held,
      ]);
      const started = performance.now();
      expect(await settled(held.map((group) => append(group, 'stuck')))).toEqual(Array(6).fill(unavailable));
      expect(performance.now() - started).toBeLessThan(5_000);
    });

    it('writes to it at once after it was let go', async () => {
      const held = await aGroup();
      await hold(held);
      const waiting = append(held, 'waited');
      await eventually(() => expect(log.groups).toHaveLength(1));
      await holder.query('COMMIT');
      expect(await waiting).toMatchObject({ verdict: 'stored' });
      expect(await append(held, 'after')).toMatchObject({ verdict: 'stored' });
      expect(await contents(held)).toEqual(['waited', 'after']);
    });

    it('keeps the order of what was sent one after the other, until it is let go and after', async () => {
      const held = await aGroup();
      await hold(held);
      const sent = [];
      for (const n of upTo(60)) {
        sent.push(append(held, `${n}`));
        await new Promise(setImmediate); // each finds the path in another state
        if (n === 40) await holder.query('COMMIT');
      }
      await Promise.all(sent);
      expect(await contents(held)).toEqual(upTo(60).map(String));
    });

    it('keeps the order when the next are sent while it is being found out that the first must wait', async () => {
      const held = await aGroup();
      await hold(held);
      const sent = [append(held, 'first'), append(held, 'second')]; // a group each
      log.afterwards = () => void (log.groups.length === 1 && sent.push(append(held, 'third')));
      await eventually(() => expect(sent).toHaveLength(3));
      await holder.query('COMMIT');
      await Promise.all(sent);
      expect(await contents(held)).toEqual(['first', 'second', 'third']);
    });

    it('keeps the order when the second goes with the drafts of others, and the third is sent meanwhile', async () => {
      const [held, free] = [await aGroup(), await aGroup()];
      await hold(held);
      const sent = [append(held, 'first'), append(held, 'second')];
      const other = append(free, 'other'); // in the group of the second
      log.afterwards = () => void (log.groups.length === 2 && sent.push(append(held, 'third')));
      await eventually(() => expect(sent).toHaveLength(3));
      await holder.query('COMMIT');
      await Promise.all([...sent, other]);
      expect(await contents(held)).toEqual(['first', 'second', 'third']);
    });

    it('keeps the order when it is let go just after the first was found locked', async () => {
      const held = await aGroup();
      await hold(held);
      log.afterwards = ([outcome]) => (outcome?.verdict === 'locked' ? holder.query('COMMIT') : undefined);
      await Promise.all([append(held, 'first'), append(held, 'second')]);
      expect(await contents(held)).toEqual(['first', 'second']);
    });

    it('waits for what it took in before it ends', async () => {
      const held = await aGroup();
      await hold(held);
      const waiting = append(held, 'waited');
      await eventually(() => expect(log.groups).toHaveLength(1));
      const ended = writePath.beforeApplicationShutdown().then(() => 'ended');
      await holder.query('COMMIT');
      expect(await Promise.race([ended, waiting.then(() => 'stored')])).toBe('stored');
      await ended;
    });
  });

  describe('where one draft is such that Postgres refuses it', () => {
    it.each<[string, Partial<Draft>, string]>([
      ['text with a NUL', { content: 'a\0' }, '22021'],
      ['JSON with half of a surrogate pair', { metadata: { a: '\ud83d' } }, '22P02'],
      ['an id that is none', { replyToId: 'me' }, '22P02'],
      ['a number that is too large', { expiresInSeconds: 2 ** 40 }, '22003'],
      ['no type', { type: null as never }, '23502'],
    ])('fails that one alone: %s', async (_what, bad, code) => {
      const group = await aGroup();
      const drafts = ['a', 'b', 'bad', 'c', 'd'].map((content) =>
        aDraft(group, content, content === 'bad' ? bad : {}),
      );
      const outcomes = await settled(drafts.map((draft) => writePath.append(draft)));
      expect(outcomes).toEqual(['stored', 'stored', expect.objectContaining({ code }), 'stored', 'stored']);
      expect(await contents(group)).toEqual(['a', 'b', 'c', 'd']);
    });

    it('fails that one alone also when it can not even be written as JSON', async () => {
      const group = await aGroup();
      const circle: Record<string, unknown> = {};
      circle.circle = circle;
      const drafts = ['a', 'b', 'bad', 'c'].map((content) =>
        aDraft(group, content, content === 'bad' ? { payload: circle } : {}),
      );
      const outcomes = await settled(drafts.map((draft) => writePath.append(draft)));
      expect(outcomes).toEqual(['stored', 'stored', expect.any(TypeError), 'stored']);
    });
  });

  describe('where the connection is lost', () => {
    const killAppenders = (): Promise<unknown> =>
      db.query(
        `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
         WHERE datname = current_database() AND application_name = 'chat-backend'`,
      );

    it('says so to all whose messages were on the way, who send again and are stored once', async () => {
      const held = await aGroup();
      const drafts = upTo(20).map((n) => aDraft(held, `${n}`));
      // In the way of the insert, so that the group is cut while it runs.
      await holder.query('BEGIN');
      await holder.query('LOCK TABLE outbox IN SHARE MODE');
      const sent = settled(drafts.map((draft) => writePath.append(draft)));
      await eventually(async () => {
        const { rowCount } = await db.query(
          `SELECT FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'`,
        );
        expect(rowCount).toBe(1);
      });
      await killAppenders();
      await holder.query('ROLLBACK');
      const told = await sent;
      expect(told[0]).toEqual(unavailable);
      const again = await settled(drafts.map((draft) => writePath.append(draft)));
      expect(again).toEqual(told.map((outcome) => (outcome === 'stored' ? 'replayed' : 'stored')));
      expect((await contents(held)).toSorted()).toEqual(drafts.map(({ content }) => content).toSorted());
    });

    it('stores once what was committed, though nobody heard so', async () => {
      const group = await aGroup();
      const drafts = upTo(5).map((n) => aDraft(group, `${n}`));
      log.afterwards = () => Promise.reject(new DependencyUnavailable('postgres'));
      expect(await settled(drafts.map((draft) => writePath.append(draft)))).toEqual(
        Array(5).fill(unavailable),
      );
      log.afterwards = () => undefined;
      expect(await settled(drafts.map((draft) => writePath.append(draft)))).toEqual(
        Array(5).fill('replayed'),
      );
      expect(await contents(group)).toEqual(upTo(5).map(String));
    });

    it('goes on with a new one', async () => {
      const group = await aGroup();
      await append(group, 'before');
      await killAppenders();
      await eventually(async () => expect(await append(group, 'after')).toMatchObject({ verdict: 'stored' }));
    });
  });
});
