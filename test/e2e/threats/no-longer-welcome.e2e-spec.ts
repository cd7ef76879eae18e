import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import type { ConversationDto } from '../../../src/conversations/dto/conversation.dto';
import type { MessageDto } from '../../../src/message-view';
import type { Ack } from '../../../src/realtime/socket-contract';
import type { Person } from '../../support/chat-client';
import type { Device } from '../../support/device';
import { eventually } from '../../support/eventually';
import { OpenApiDocument, type Operation } from '../../support/openapi/document';
import { toWire } from '../../support/openapi/draft';
import { draftsOf } from '../../support/openapi/recipes';
import { expectProblem, type RefusalCode } from '../../support/problem';
import type { Answer } from '../../support/rest';
import { World } from '../../support/world';

/** Counts follow what made them, by a tick and a statement. */
const COUNTED_WITHIN_MS = 1_000;

describe('T06 rights are asked about anew each time:', () => {
  let world: World;
  let document: OpenApiDocument;
  let alice: Person;
  let bob: Person;
  let group: ConversationDto;
  let his: MessageDto;
  let device: Device;
  beforeAll(async () => {
    world = await World.start({ nodes: 2 });
    document = await OpenApiDocument.of(world.nodeUrls[0] ?? '');
  });
  beforeEach(async () => {
    [alice, bob] = [world.person('Alice'), world.person('Bob')];
    group = await alice.groupWith(bob);
    his = (await bob.says(group, 'what Bob said')).body;
    device = await bob.at(1).connects();
  });
  afterEach(() => device.leaves());
  afterAll(() => world.stop());

  const aboutConversations = (): Operation[] =>
    document.operations.filter(
      ({ access, path }) => access === 'user' && path.startsWith('/v1/conversations/{conversationId}'),
    );

  function tries(who: Person, operation: Operation): Promise<Answer<unknown>> {
    const { method, target, body } = toWire(
      draftsOf(operation, {
        conversationId: group.id,
        messageId: his.id,
        personId: alice.id,
        newcomerId: world.person('Carol').id,
      })[0],
    );
    return who.asks(method, target, { body });
  }

  const bySocket = (): Promise<Ack<unknown>>[] => [
    device.says(group, 'still here'),
    device.asks('edit_message', { conversationId: group.id, messageId: his.id, content: 'changed' }),
    device.asks('delete_message', { conversationId: group.id, messageId: his.id }),
    device.asks('mark_as_read', { conversationId: group.id, seq: 1 }),
    device.asks('mark_as_delivered', { conversationId: group.id, seq: 1 }),
  ];

  async function isOut(): Promise<void> {
    const before = (await alice.reads(group)).body.items;
    expect(aboutConversations().length).toBeGreaterThanOrEqual(13);
    for (const node of [1, 0])
      for (const operation of aboutConversations())
        expectProblem(await tries(bob.at(node), operation), 'conversation_not_found');
    for (const ack of await Promise.all(bySocket()))
      expect(ack).toMatchObject({ ok: false, error: { code: 'conversation_not_found' } });
    expect((await bob.at(1).inbox()).body.items).toEqual([]);
    expect((await alice.reads(group)).body.items).toEqual(before);
    expect((await alice.sees(group)).body.participants.map(({ userId }) => userId)).toEqual([alice.id]);
  }

  it('who was removed can do nothing any more, at any node, by any door', async () => {
    await alice.removes(group, bob);
    await isOut();
  });

  it('who has left can do nothing any more', async () => {
    await bob.removes(group, bob);
    await isOut();
  });

  it('T04 who was removed hears of nothing that comes after it', async () => {
    await alice.removes(group, bob);
    await alice.says(group, 'now that he is gone');
    await alice.changes(group, { name: 'Without Bob' });
    await alice.asks('DELETE', `/v1/conversations/${group.id}/messages/${his.id}`);
    await alice.says(await alice.chatWith(bob), 'you are out');
    await eventually(() => expect(device.messages.map(({ content }) => content)).toContain('you are out'));
    const heard = device.happenings.filter((event) => event !== 'ready');
    expect(heard).toEqual(['participant_removed', 'conversation_created', 'new_message']);
    await delay(COUNTED_WITHIN_MS);
    const sinceRemoval = device.frames.slice(device.events.indexOf('participant_removed') + 1);
    expect(sinceRemoval.filter(({ frame }) => JSON.stringify(frame).includes(group.id))).toEqual([]);
  });

  it('who comes back may do again what members may, and nothing with the time between', async () => {
    await alice.removes(group, bob);
    const between = (await alice.says(group, 'between')).body;
    await alice.adds(group, bob);
    expectProblem(await bob.at(1).finds(group, between.id), 'message_not_found');
    expectProblem(await bob.says(group, 'hm', { replyToId: between.id }), 'message_not_found');
    expectProblem(await bob.marksRead(group, { messageId: between.id }), 'message_not_found');
    expect((await bob.at(1).says(group, 'back')).status).toBe(201);
    expect((await edits(bob, group, his)).status).toBe(200);
  });

  it('who is an admin no more may do no more than members', async () => {
    await alice.makes(group, bob, 'admin');
    const hers = (await alice.says(group, 'what Alice said')).body;
    expect((await bob.at(1).changes(group, { name: 'Bob’s' })).status).toBe(200);
    await alice.makes(group, bob, 'member');
    for (const node of [1, 0]) {
      const who = bob.at(node);
      const attempts: [RefusalCode, Answer<unknown>][] = [
        ['insufficient_role', await who.changes(group, { name: 'Mine' })],
        ['insufficient_role', await who.adds(group, world.person('Carol'))],
        ['insufficient_role', await who.makes(group, bob, 'admin')],
        ['insufficient_role', await who.makes(group, alice, 'member')],
        ['insufficient_role', await who.removes(group, alice)],
        ['not_sender', await who.asks('DELETE', `/v1/conversations/${group.id}/messages/${hers.id}`)],
      ];
      for (const [code, answer] of attempts) expectProblem(answer, code);
    }
    expect(
      await device.asks('delete_message', { conversationId: group.id, messageId: hers.id }),
    ).toMatchObject({
      ok: false,
      error: { code: 'not_sender' },
    });
  });

  it('who is blocked, or has blocked, neither sends nor edits; taking back is free', async () => {
    const chat = await alice.chatWith(bob);
    const [hers, bobs] = [(await alice.says(chat, 'hers')).body, (await bob.says(chat, 'his')).body];
    expect((await alice.asks('PUT', `/v1/users/me/blocks/${bob.id}`)).status).toBe(204);
    for (const [who, own] of [
      [bob.at(1), bobs],
      [alice.at(1), hers],
    ] as const) {
      expectProblem(await who.says(chat, 'hello?'), 'blocked');
      expectProblem(await who.says(chat, 'hello?', { clientMessageId: randomUUID() }), 'blocked');
      expectProblem(await edits(who, chat, own), 'blocked');
    }
    for (const ack of await Promise.all([
      device.says(chat, 'hello?'),
      device.asks('edit_message', { conversationId: chat.id, messageId: bobs.id, content: 'changed' }),
    ]))
      expect(ack).toMatchObject({ ok: false, error: { code: 'blocked' } });
    expect((await bob.asks('DELETE', `/v1/conversations/${chat.id}/messages/${bobs.id}`)).status).toBe(204);
    expect((await alice.reads(chat)).body.items.map(({ content }) => content)).toEqual(['hers', null]);
  });

  it('what was retried with its key tells who is out nothing of what became of it', async () => {
    const clientMessageId = randomUUID();
    await bob.says(group, 'once', { clientMessageId });
    await alice.removes(group, bob);
    expectProblem(await bob.at(1).says(group, 'once', { clientMessageId }), 'conversation_not_found');
    expectProblem(await bob.at(1).says(group, 'twice', { clientMessageId }), 'conversation_not_found');
  });
});

function edits(who: Person, chat: { id: string }, { id }: MessageDto): Promise<Answer<unknown>> {
  return who.asks('PATCH', `/v1/conversations/${chat.id}/messages/${id}`, { body: { content: 'changed' } });
}
