import { randomUUID } from 'node:crypto';
import { Logger } from '@nestjs/common';
import { Test, type TestingModule } from '@nestjs/testing';
import { Client } from 'pg';
import { ConfigModule } from '../../../src/config';
import { DatabaseModule } from '../../../src/database';
import {
  type MessagePolicy,
  MessagesModule,
  MessagesService,
  MessageType,
  type MessageTypeHandler,
  Policy,
  type PolicyVerdict,
  type PreparedBody,
  type ReviewedMessage,
  type SendMessage,
  type Sent,
} from '../../../src/messages';
import { configOn } from '../../support/config-on';
import { createTestDatabase, type TestDatabase } from '../../support/infra/test-database';
import { times } from '../../support/times';

const TENANT = randomUUID();
const ALICE = { tenantId: TENANT, userId: randomUUID() };
const BOB = { tenantId: TENANT, userId: randomUUID() };

/** Lets everything through until a test makes it stricter. */
@Policy()
class Moderation implements MessagePolicy {
  readonly name = 'moderation';
  readonly order = 1;
  readonly onFailure = 'refuse';
  verdict: PolicyVerdict = { verdict: 'allow' };

  review(_message: ReviewedMessage): PolicyVerdict {
    return this.verdict;
  }
}

@MessageType()
class Notice implements MessageTypeHandler {
  readonly type = 'notice';
  readonly fromClients = false;

  prepare(): PreparedBody {
    return { content: 'a notice', payload: { level: 1 } };
  }
}

describe('sending a message', () => {
  let testDatabase: TestDatabase;
  let db: Client;
  let module: TestingModule;
  let messages: MessagesService;
  let group: string;

  beforeAll(async () => {
    testDatabase = await createTestDatabase();
    db = new Client({ connectionString: testDatabase.url });
    await db.connect();
    module = await Test.createTestingModule({
      imports: [
        ConfigModule.with(configOn(testDatabase.url, { RETENTION_DAYS: '1', RATE_LIMIT_MESSAGES: '0' })),
        DatabaseModule.with([]),
        MessagesModule,
      ],
      providers: [Moderation, Notice],
    }).compile();
    await module.init();
    messages = module.get(MessagesService);
  });
  beforeEach(async () => {
    module.get(Moderation).verdict = { verdict: 'allow' };
    group = await aGroup();
  });
  afterAll(async () => {
    await module.close();
    await db.end();
    await testDatabase.drop();
  });

  /** A group of Alice and Bob. */
  async function aGroup(): Promise<string> {
    const { rows } = await db.query<{ id: string }>(
      `WITH known AS (
         INSERT INTO users (tenant_uuid, user_uuid) SELECT $1, unnest($2::uuid[]) ON CONFLICT DO NOTHING
       ), made AS (
         INSERT INTO conversations (conversation_uuid, tenant_uuid, type, created_by_uuid, created_at, last_activity, changed_at)
         VALUES (gen_random_uuid(), $1, 'group', gen_random_uuid(), now(), now(), now())
         RETURNING conversation_uuid AS id
       ), joined AS (
         INSERT INTO participants (conversation_uuid, tenant_uuid, user_uuid, role, windows, joined_at)
         SELECT id, $1, unnest($2::uuid[]), 'member', '{[1,)}', now() FROM made
       )
       SELECT id FROM made`,
      [TENANT, [ALICE.userId, BOB.userId]],
    );
    return rows[0]?.id as string;
  }

  const send = (more: Partial<SendMessage> = {}, actor = ALICE): Promise<Sent> =>
    messages.send(actor, { conversationId: group, content: 'hello', ...more });

  async function stored(): Promise<string[]> {
    const { rows } = await db.query<{ content: string }>(
      'SELECT content FROM messages WHERE conversation_uuid = $1 ORDER BY seq',
      [group],
    );
    return rows.map(({ content }) => content);
  }

  it('answers with the message as everybody will read it', async () => {
    const metadata = { z: 1, a: [{ '': null }] };
    const { message, replayed } = await send({
      content: 'see <http://a.example>',
      metadata,
      expiresInSeconds: 60,
    });
    expect(replayed).toBe(false);
    expect(message).toMatchObject({
      conversationId: group,
      seq: 1,
      rev: 2,
      senderId: ALICE.userId,
      type: 'text',
      content: 'see <http://a.example>',
      contentHtml: 'see &lt;<a href="http://a.example" rel="noopener nofollow">http://a.example</a>&gt;',
      metadata,
      payload: null,
      clientMessageId: null,
      replyTo: null,
      status: 'sent',
    });
    expect(Date.parse(message.expiresAt ?? '') - Date.parse(message.sentAt)).toBe(60_000);
  });

  describe('with a key', () => {
    let key: string;
    beforeEach(() => {
      key = randomUUID();
    });

    it('is done once, however often and at whatever moment the same is sent', async () => {
      const all = await times(50, () => send({ clientMessageId: key }));
      expect(all.filter(({ replayed }) => !replayed)).toHaveLength(1);
      expect(new Set(all.map(({ message }) => message.id)).size).toBe(1);
      expect(await stored()).toEqual(['hello']);
    });

    it('is answered the second time as the first, whatever order the fields come in', async () => {
      const first = await send({ clientMessageId: key, metadata: { a: 1, b: { c: 1, d: 2 } } });
      const second = await send({
        metadata: { b: { d: 2, c: 1 }, a: 1 },
        clientMessageId: key,
        type: 'text',
      });
      expect(second).toEqual({ message: first.message, replayed: true });
    });

    it('is answered with the message in its present state', async () => {
      const { message } = await send({ clientMessageId: key });
      await db.query('UPDATE messages SET deleted_at = now() WHERE message_uuid = $1', [message.id]);
      await db.query(
        'UPDATE participants SET last_delivered_seq = 1, last_read_seq = 1 WHERE conversation_uuid = $1',
        [group],
      );
      expect(await send({ clientMessageId: key })).toMatchObject({
        replayed: true,
        message: { id: message.id, content: null, deletedAt: expect.any(String), status: 'read' },
      });
    });

    it.each<[string, Partial<SendMessage>]>([
      ['another text', { content: 'goodbye' }],
      ['metadata', { metadata: {} }],
      ['an expiry', { expiresInSeconds: 60 }],
      ['a reply', { replyToId: randomUUID() }],
    ])('is refused when the same key comes with %s', async (_what, more) => {
      await send({ clientMessageId: key });
      await expect(send({ clientMessageId: key, ...more })).rejects.toMatchObject({
        code: 'idempotency_key_reused',
      });
      expect(await stored()).toEqual(['hello']);
    });

    it('is answered as before, also when a policy has become stricter since', async () => {
      const { message } = await send({ clientMessageId: key });
      module.get(Moderation).verdict = { verdict: 'refuse', reason: 'No.' };
      expect(await send({ clientMessageId: key })).toEqual({ message, replayed: true });
      const refused = { code: 'message_refused', message: 'No.' };
      await expect(send({ clientMessageId: randomUUID() })).rejects.toMatchObject(refused);
      await expect(send({ clientMessageId: key, content: 'goodbye' })).rejects.toMatchObject(refused);
      await expect(send({ clientMessageId: key }, BOB)).rejects.toMatchObject(refused);
    });

    it('is answered for a week, also where messages are kept for less', async () => {
      const { message } = await send({ clientMessageId: key });
      const { rows } = await db.query<{ id: string }>(
        `UPDATE messages SET message_uuid = uuid_v7_at(now() - interval '7 days'), sent_at = now() - interval '7 days'
         WHERE message_uuid = $1 RETURNING message_uuid AS id`,
        [message.id],
      );
      await expect(send({ clientMessageId: key })).resolves.toMatchObject({
        replayed: true,
        message: { id: rows[0]?.id, content: 'hello' },
      });
    });

    it('is not answered any more to a sender who has left', async () => {
      await send({ clientMessageId: key });
      await db.query(
        `UPDATE participants SET windows = '{[1,2)}' WHERE conversation_uuid = $1 AND user_uuid = $2`,
        [...[group, ALICE.userId]],
      );
      await expect(send({ clientMessageId: key })).rejects.toMatchObject({ code: 'conversation_not_found' });
      module.get(Moderation).verdict = { verdict: 'refuse', reason: 'No.' };
      await expect(send({ clientMessageId: key })).rejects.toMatchObject({ code: 'message_refused' });
    });
  });

  it.each<[string, Partial<SendMessage>, string]>([
    ['there is no such conversation', { conversationId: randomUUID() }, 'conversation_not_found'],
    ['there is no such original', { replyToId: randomUUID() }, 'message_not_found'],
    ['there is no such type', { type: 'hologram' }, 'validation_failed'],
    ['the type is the service’s own', { type: 'notice' }, 'validation_failed'],
    ['there is nothing in it', { content: ' ' }, 'validation_failed'],
  ])('is refused where %s', async (_where, more, code) => {
    await expect(send(more)).rejects.toMatchObject({ code });
    expect(await stored()).toEqual([]);
  });

  it('stores what a policy made of it', async () => {
    module.get(Moderation).verdict = { verdict: 'rewrite', content: '***' };
    expect((await send()).message.content).toBe('***');
    expect(await stored()).toEqual(['***']);
  });

  it('is unavailable where the conversation stays locked', async () => {
    const warned = jest.spyOn(Logger.prototype, 'warn').mockReturnValue();
    await db.query('BEGIN');
    await db.query('SELECT FROM conversations WHERE conversation_uuid = $1 FOR UPDATE', [group]);
    try {
      await expect(send()).rejects.toMatchObject({ code: 'unavailable', retryAfterSeconds: 1 });
    } finally {
      await db.query('ROLLBACK');
      warned.mockRestore();
    }
    await expect(send()).resolves.toMatchObject({ replayed: false });
  });

  describe('as the service', () => {
    const notify = (more: Partial<SendMessage> = {}, tenantId = TENANT): Promise<Sent> =>
      messages.sendAsService(tenantId, { conversationId: group, type: 'notice', ...more });

    it('needs no membership, and may use types of its own', async () => {
      expect((await notify()).message).toMatchObject({
        senderId: null,
        type: 'notice',
        payload: { level: 1 },
      });
    });

    it('is done once with a key', async () => {
      const clientMessageId = randomUUID();
      const { message } = await notify({ clientMessageId });
      expect(await notify({ clientMessageId })).toEqual({ message, replayed: true });
      expect(await stored()).toEqual(['a notice']);
    });

    it('is not done in another tenant', async () => {
      await expect(notify({}, randomUUID())).rejects.toMatchObject({ code: 'conversation_not_found' });
    });
  });

  it.each<[string, number, () => Promise<unknown>]>([
    ['a message', 1, () => send()],
    ['a message with a key', 1, () => send({ clientMessageId: randomUUID() })],
    ['a refused message', 1, () => send({ replyToId: randomUUID() }).catch(() => undefined)],
  ])('takes as few statements as can be: %s', async (_what, statements, work) => {
    await work();
    const asked = jest.spyOn(Client.prototype, 'query');
    await work();
    const count = asked.mock.calls.length;
    asked.mockRestore();
    expect(count).toBe(statements);
  });
});
