import { randomUUID } from 'node:crypto';
import type { MessageDto } from '../../src/message-view';
import type { Person } from '../support/chat-client';
import { eventually } from '../support/eventually';
import { expectProblem } from '../support/problem';
import { request } from '../support/rest';
import { SERVICE_TOKEN, World } from '../support/world';

describe('what kaha-main-v3 says in a conversation', () => {
  let world: World;
  let alice: Person;
  let bob: Person;
  let chat: { readonly id: string };
  beforeAll(async () => {
    world = await World.start({ nodes: 2 });
    [alice, bob] = [world.person('Alice'), world.person('Bob')];
  });
  beforeEach(async () => {
    chat = await alice.groupWith(bob);
  });
  afterAll(() => world.stop());

  const says = (where: { id: string }, fields: object, headers: Record<string, string> = {}, node = 0) =>
    request<MessageDto>('POST', `${world.nodeUrls[node]}/v1/internal/conversations/${where.id}/messages`, {
      headers: { authorization: `Bearer ${SERVICE_TOKEN}`, ...headers },
      body: { type: 'system', clientMessageId: randomUUID(), ...fields },
    });

  /** A business conversation, as whoever opens those will make it. */
  async function aBusinessConversation(): Promise<{ id: string; businessId: string }> {
    const [{ id } = { id: '' }] = await world.database.query<{ id: string }>(
      `INSERT INTO conversations (conversation_uuid, tenant_uuid, type, business_uuid, customer_uuid, created_by_uuid,
         created_at, last_activity, changed_at)
       SELECT uuid_v7_at(now()), tenant_uuid, 'business', $2, user_uuid, user_uuid, now(), now(), now()
       FROM users WHERE user_uuid = $1 RETURNING conversation_uuid AS id`,
      [alice.id, randomUUID()],
    );
    const [{ businessId } = { businessId: '' }] = await world.database.query<{ businessId: string }>(
      `INSERT INTO participants (conversation_uuid, user_uuid, tenant_uuid, role, windows, joined_at)
       SELECT conversation_uuid, customer_uuid, tenant_uuid, 'customer', '{[1,)}', now()
       FROM conversations WHERE conversation_uuid = $1
       RETURNING (SELECT business_uuid FROM conversations WHERE conversation_uuid = $1) AS "businessId"`,
      [id],
    );
    return { id, businessId };
  }

  it('is read and heard by everybody in it, and counts as unread for nobody', async () => {
    const device = await bob.at(1).connects();
    const payload = { order: 17, lines: [1, 2] };
    const { status, body } = await says(chat, { content: 'your order has shipped', payload });
    expect(status).toBe(201);
    expect(body).toMatchObject({
      type: 'system',
      senderId: null,
      content: 'your order has shipped',
      payload,
      seq: 1,
    });
    await eventually(() => expect(device.messages).toEqual([body]));
    expect((await bob.inbox()).body.items[0]).toMatchObject({ unreadCount: 0, lastMessage: { id: body.id } });
    device.leaves();
  });

  it('is said once, however often it is told with its key, at any node', async () => {
    const clientMessageId = randomUUID();
    const first = await says(chat, { content: 'shipped', clientMessageId });
    const again = await says(chat, { content: 'shipped', clientMessageId }, {}, 1);
    expect(again).toMatchObject({
      status: 200,
      headers: { 'idempotent-replayed': 'true' },
      body: { id: first.body.id },
    });
    expectProblem(await says(chat, { content: 'lost', clientMessageId }), 'idempotency_key_reused');
    expect((await bob.reads(chat)).body.items).toHaveLength(1);
  });

  it('is said in the name of a business, in that business’s conversations', async () => {
    const { businessId, ...there } = await aBusinessConversation();
    const clientMessageId = randomUUID();
    const hello = { type: 'text', content: 'how can we help?', senderId: businessId, clientMessageId };
    const said = await says(there, hello);
    expect(said).toMatchObject({ status: 201, body: { senderId: businessId, type: 'text', seq: 1 } });
    expect(await says(there, hello)).toMatchObject({ status: 200, body: { id: said.body.id } });
    expect((await alice.inbox({ type: 'business' })).body.items).toMatchObject([
      { id: there.id, unreadCount: 1 },
    ]);

    expectProblem(await says(there, { ...hello, senderId: randomUUID() }), 'conversation_not_found');
    expectProblem(await says(chat, { ...hello, senderId: businessId }), 'conversation_not_found');
    expectProblem(
      await says(there, { type: 'system', content: 'x', senderId: businessId }),
      'validation_failed',
      'type',
    );
  });

  it('T03 is not said by a person whose id is that of the business', async () => {
    const { businessId, ...there } = await aBusinessConversation();
    const impostor = world.person('Impostor', { id: businessId });
    expectProblem(await impostor.says(there, 'trust me'), 'conversation_not_found');
  });

  it('T30 takes a service token, and a person’s is none', async () => {
    expectProblem(
      await says(chat, { content: 'x' }, { authorization: `Bearer ${alice.token}` }),
      'unauthenticated',
    );
    expectProblem(await says(chat, { content: 'x' }, { authorization: 'Bearer ' }), 'unauthenticated');
    expectProblem(await bob.sends(chat, { type: 'system', content: 'x' }), 'validation_failed', 'type');
    expect((await bob.reads(chat)).body.items).toEqual([]);
  });

  it('T03 stays within the tenant it names', async () => {
    const elsewhere = { 'x-tenant-id': randomUUID() };
    expectProblem(await says(chat, { content: 'x' }, elsewhere), 'conversation_not_found');
    expectProblem(await says({ id: randomUUID() }, { content: 'x' }), 'conversation_not_found');
  });

  it.each<[string, object, string]>([
    ['nothing to say', {}, 'content'],
    ['blanks', { content: '  ' }, 'content'],
    ['no key', { content: 'x', clientMessageId: undefined }, 'clientMessageId'],
    ['a text of nobody', { content: 'x', type: 'text' }, 'senderId'],
    ['a type there is not', { content: 'x', type: 'spell', senderId: randomUUID() }, 'type'],
    ['a payload that is a list', { payload: [] }, 'payload'],
    ['more than it takes', { content: 'x', metadata: {} }, 'metadata'],
  ])('is refused with %s', async (_what, fields, path) => {
    expectProblem(await says(chat, fields), 'validation_failed', path);
  });
});
