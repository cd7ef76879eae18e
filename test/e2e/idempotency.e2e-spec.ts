import { randomUUID } from 'node:crypto';
import type { ConversationDto } from '../../src/conversations/dto/conversation.dto';
import type { Person } from '../support/chat-client';
import { expectProblem } from '../support/problem';
import { times } from '../support/times';
import { World } from '../support/world';

describe('F12 a message sent twice', () => {
  let world: World;
  let alice: Person;
  let bob: Person;
  let chat: ConversationDto;
  beforeAll(async () => {
    world = await World.start({ nodes: 2 });
  });
  beforeEach(async () => {
    [alice, bob] = [world.person('Alice'), world.person('Bob')];
    chat = await alice.chatWith(bob);
  });
  afterAll(() => world.stop());

  const stored = async (): Promise<string[]> => {
    const { items } = (await bob.reads(chat)).body;
    return items.map(({ content }) => content ?? '');
  };

  it.each([
    ['at the same node', 0],
    ['at another node', 1],
  ])('with its key is one message: %s', async (_where, node) => {
    const key = randomUUID();
    const first = await alice.says(chat, 'once', { clientMessageId: key });
    const again = await alice.at(node).says(chat, 'once', { clientMessageId: key });
    expect(first).toMatchObject({ status: 201, body: { clientMessageId: key } });
    expect(again.status).toBe(200);
    expect(again.headers).toMatchObject({ 'idempotent-replayed': 'true' });
    expect(again.body).toEqual(first.body);
    expect(await stored()).toEqual(['once']);
  });

  it('may name its key in the header, in the body, or in both', async () => {
    const key = randomUUID();
    const inHeader = { 'idempotency-key': key.toUpperCase() };
    const byHeader = await alice.sends(chat, { content: 'once' }, inHeader);
    const byField = await alice.sends(chat, { content: 'once', clientMessageId: key });
    const byBoth = await alice.sends(chat, { content: 'once', clientMessageId: key }, inHeader);
    expect([byHeader.status, byField.status, byBoth.status]).toEqual([201, 200, 200]);
    expect(byHeader.body.clientMessageId).toBe(key);
    expect(byField.body).toEqual(byHeader.body);
    expect(byBoth.body).toEqual(byHeader.body);
  });

  it('may not name two keys, nor one that is no UUID', async () => {
    const send = (header: string) =>
      alice.sends(chat, { content: 'x', clientMessageId: randomUUID() }, { 'idempotency-key': header });
    expectProblem(await send(randomUUID()), 'validation_failed', 'clientMessageId');
    expectProblem(await send('one'), 'validation_failed', 'Idempotency-Key');
    expect(await stored()).toEqual([]);
  });

  it('50 times at once at two nodes is one message', async () => {
    const key = randomUUID();
    const answers = await times(50, (index) =>
      alice.at(index % 2).says(chat, 'once', { clientMessageId: key }),
    );
    expect(answers.map(({ status }) => status).sort()).toEqual([...Array<number>(49).fill(200), 201]);
    const marks = answers.map(({ status, headers }) => status === 200 && headers['idempotent-replayed']);
    expect(new Set(marks)).toEqual(new Set([false, 'true']));
    expect(new Set(answers.map(({ body }) => body.id)).size).toBe(1);
    expect(await stored()).toEqual(['once']);
  });

  it('is answered as it stands by now', async () => {
    const key = randomUUID();
    await alice.says(chat, 'read me', { clientMessageId: key });
    await bob.says(chat, 'I did');
    const again = await alice.says(chat, 'read me', { clientMessageId: key });
    expect(again).toMatchObject({ status: 200, body: { seq: 1, status: 'read' } });
  });

  it.each([
    ['content', { content: 'other' }],
    ['metadata', { content: 'once', metadata: {} }],
    ['lifetime', { content: 'once', expiresInSeconds: 60 }],
    ['reply', { content: 'once', replyToId: randomUUID() }],
  ])('with its key and another %s is refused', async (_what, other) => {
    const key = randomUUID();
    await alice.says(chat, 'once', { clientMessageId: key });
    const reused = await alice.at(1).sends(chat, { ...other, clientMessageId: key });
    expectProblem(reused, 'idempotency_key_reused');
    expect(await stored()).toEqual(['once']);
  });

  it('is the same body whatever order its fields come in, and with the default written out', async () => {
    const key = randomUUID();
    const body = { content: 'once', metadata: { a: 1, b: { c: 2, d: 3 } }, clientMessageId: key };
    const first = await alice.sends(chat, body);
    const again = await alice.sends(chat, {
      clientMessageId: key,
      metadata: { b: { d: 3, c: 2 }, a: 1 },
      type: 'text',
      content: 'once',
    });
    expect(again).toMatchObject({ status: 200, body: { id: first.body.id } });
  });

  it('T29 is two messages when the key is the other one’s, or of another conversation', async () => {
    const key = randomUUID();
    const elsewhere = await alice.chatWith(world.person('Carol'));
    const sent = [
      await alice.says(chat, 'mine', { clientMessageId: key }),
      await bob.says(chat, 'mine', { clientMessageId: key }),
      await alice.says(elsewhere, 'mine', { clientMessageId: key }),
    ];
    expect(sent.map(({ status }) => status)).toEqual([201, 201, 201]);
    expect(new Set(sent.map(({ body }) => body.id)).size).toBe(3);
  });

  it('without a key is two messages', async () => {
    const sent = [await alice.says(chat, 'knock'), await alice.says(chat, 'knock')];
    expect(sent.map(({ status }) => status)).toEqual([201, 201]);
    expect(await stored()).toEqual(['knock', 'knock']);
  });

  it('leaves the key to be used by what was refused', async () => {
    const key = randomUUID();
    const refused = await alice.says(chat, 'once', { clientMessageId: key, replyToId: randomUUID() });
    expectProblem(refused, 'message_not_found');
    expect((await alice.says(chat, 'once', { clientMessageId: key })).status).toBe(201);
  });
});
