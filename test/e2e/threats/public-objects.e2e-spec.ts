import { randomUUID } from 'node:crypto';
import type { ServerToClient } from '../../../src/realtime/socket-contract';
import { type Person } from '../../support/chat-client';
import type { Device } from '../../support/device';
import { eventually } from '../../support/eventually';
import { OpenApiDocument, type Schema } from '../../support/openapi/document';
import { StrictValidator } from '../../support/openapi/strict-validator';
import { request } from '../../support/rest';
import { SERVICE_TOKEN, World } from '../../support/world';

/** What belongs to one viewer, and to nobody in a frame that many hear. */
const VIEWERS_OWN = ['unreadCount', 'isMuted'];

const UUID: Schema = { type: 'string', format: 'uuid' };
const TIME: Schema = { type: 'string', format: 'date-time' };
const SEQ: Schema = { type: 'integer', minimum: 1 };
const ROLE: Schema = { type: 'string', enum: ['customer', 'agent', 'business', 'member', 'admin'] };

/** All that a frame may have: these fields, each of them. */
const frameOf = (properties: Readonly<Record<string, Schema>>): Schema => ({
  type: 'object',
  properties,
  required: Object.keys(properties),
});

function framesBy(document: OpenApiDocument): Partial<Record<keyof ServerToClient, Schema>> {
  const { properties = {}, required = [], ...rest } = document.schema('ConversationDto');
  const conversation = {
    ...rest,
    properties: Object.fromEntries(
      Object.entries(properties).filter(([name]) => !VIEWERS_OWN.includes(name)),
    ),
    required: required.filter((name) => !VIEWERS_OWN.includes(name)),
  };
  const message = document.schema('MessageDto');
  const receipt = frameOf({ conversationId: UUID, userId: UUID, seq: SEQ, at: TIME });
  const membership = frameOf({ conversationId: UUID, userId: UUID, role: ROLE });
  return {
    ready: frameOf({ userId: UUID, serverTime: TIME, since: { nullable: true, type: 'string' } }),
    new_message: frameOf({ message }),
    message_updated: frameOf({ message }),
    message_deleted: frameOf({ message }),
    messages_read: receipt,
    messages_delivered: receipt,
    unread_changed: frameOf({
      conversationId: UUID,
      unreadCount: { type: 'integer', minimum: 0, maximum: 1_000 },
    }),
    conversation_created: frameOf({ conversation }),
    conversation_updated: frameOf({ conversation }),
    participant_added: membership,
    participant_removed: membership,
  };
}

/** Keeps every answer that it gets. */
class Witness {
  readonly answers: unknown[] = [];
  readonly devices: Device[] = [];

  of(person: Person): Person {
    const asks = person.asks.bind(person);
    person.asks = async <Body>(...question: Parameters<Person['asks']>) => {
      const answer = await asks<Body>(...question);
      this.answers.push(answer.body);
      return answer;
    };
    return person;
  }
}

describe('T07 what the service tells', () => {
  let world: World;
  let document: OpenApiDocument;
  let columns: string[];
  const witness = new Witness();
  const bystanders: Device[] = [];
  beforeAll(async () => {
    world = await World.start({ nodes: 2 });
    document = await OpenApiDocument.of(world.nodeUrls[0] ?? '');
    const rows = await world.database.query<{ name: string }>(
      `SELECT DISTINCT column_name AS name FROM information_schema.columns WHERE table_schema = 'public'`,
    );
    columns = rows.map(({ name }) => name).filter((name) => name.includes('_'));
    await everythingHappens();
  });
  afterAll(() => world.stop());

  /** Something of everything there is to hear, with people at both nodes listening. */
  async function everythingHappens(): Promise<void> {
    const tenantId = randomUUID();
    const [alice, bob, carol] = ['Alice', 'Bob', 'Carol'].map((name) =>
      witness.of(world.person(name, { tenantId })),
    ) as [Person, Person, Person];
    for (const person of [alice, bob, carol])
      witness.devices.push(await person.connects(), await person.at(1).connects());
    const namesake = world.person('Bob', { id: bob.id });
    const stranger = world.person('Stranger', { tenantId });
    for (const person of [namesake, stranger])
      bystanders.push(await person.connects(), await person.at(1).connects());

    const chat = await alice.chatWith(bob);
    const metadata = { a: 1 };
    const sent = (await alice.says(chat, 'https://a.example/', { metadata, clientMessageId: randomUUID() }))
      .body;
    const reply = (await bob.says(chat, 'why?', { replyToId: sent.id, expiresInSeconds: 1 })).body;
    const path = `/v1/conversations/${chat.id}`;
    await alice.asks('PATCH', `${path}/messages/${sent.id}`, { body: { content: 'edited' } });
    await alice.marksDelivered(chat, reply.seq);
    await alice.marksRead(chat, { seq: reply.seq });
    await alice.asks('DELETE', `${path}/messages/${sent.id}`);
    await alice.asks('PATCH', `${path}/settings`, { body: { isMuted: true } });
    await alice.changes(chat, { messageTtlSeconds: 3_600 });

    const group = await alice.groupWith(bob);
    await alice.says(group, 'before Carol');
    await alice.adds(group, carol);
    await alice.makes(group, carol, 'admin');
    await alice.changes(group, { name: 'The band' });
    await request('POST', `${world.nodeUrls[1]}/v1/internal/conversations/${group.id}/messages`, {
      headers: { authorization: `Bearer ${SERVICE_TOKEN}`, 'x-tenant-id': tenantId },
      body: { type: 'system', content: 'Your order has shipped.', clientMessageId: randomUUID() },
    });
    await alice.removes(group, bob);
    await alice.asks('PATCH', '/v1/users/me/privacy', { body: { readReceipts: false } });
    await alice.asks('PUT', `/v1/users/me/blocks/${carol.id}`);

    for (const person of [alice, bob, carol]) {
      await person.inbox();
      await person.asks('GET', '/v1/users/me');
      await person.asks('GET', '/v1/users/me/blocks');
      for (const conversation of [chat, group]) {
        await person.sees(conversation);
        await person.reads(conversation);
      }
    }
    await bob.says(chat, 'refused', { replyToId: randomUUID() });
    witness.devices.push(...bystanders);
    const last = (await alice.says(await alice.chatWith(stranger), 'the last')).body;
    await eventually(() => {
      for (const device of bystanders.slice(2))
        expect(device.messages.map(({ id }) => id)).toContain(last.id);
      for (const device of witness.devices.slice(0, 2))
        expect(device.heard('message_deleted')).toHaveLength(2);
    }, 10_000);
  }

  it('is all there is to tell', () => {
    const told = new Set(witness.devices.flatMap(({ events }) => events));
    expect([...told].sort()).toEqual(Object.keys(framesBy(document)).sort());
    expect(witness.answers.length).toBeGreaterThan(40);
  });

  it('is, in every frame at every node, what the documents promise and no field more', () => {
    const validator = new StrictValidator('ours');
    const schemas = framesBy(document);
    for (const device of witness.devices)
      for (const event of device.events as (keyof ServerToClient)[])
        for (const frame of device.heard(event))
          expect([event, validator.faults(schemas[event] ?? {}, frame)]).toEqual([event, []]);
  });

  it('is in no frame what belongs to one viewer', () => {
    for (const message of witness.devices.flatMap(({ messages }) => messages))
      expect(message.status).toBe('sent');
    for (const device of witness.devices)
      for (const { conversation } of [
        ...device.heard('conversation_created'),
        ...device.heard('conversation_updated'),
      ])
        expect(conversation.lastMessage?.status ?? 'sent').toBe('sent');
  });

  it('is nowhere called as tables call it, nor has it the secrets of anybody', () => {
    const said = JSON.stringify([
      witness.answers,
      witness.devices.map((device) =>
        [...new Set(device.events)].map((event) => device.heard(event as keyof ServerToClient)),
      ),
    ]);
    expect(columns.length).toBeGreaterThan(30);
    expect(columns.filter((column) => said.includes(`"${column}"`))).toEqual([]);
    for (const secret of [
      'stamp',
      'windows',
      'bodyHash',
      'idempotencyKey',
      'audience',
      'createdRev',
      'traceParent',
    ])
      expect(said).not.toContain(`"${secret}"`);
    expect(said).not.toMatch(/eyJ[\w-]+\.[\w-]+\.|password|postgres:|redis:/i);
    expect(said).not.toContain(SERVICE_TOKEN);
  });

  it('is told to nobody who has nothing to do with it', () => {
    const [namesakes, strangers] = [bystanders.slice(0, 2), bystanders.slice(2)];
    for (const device of namesakes) expect(device.events).toEqual(['ready']);
    for (const device of strangers)
      expect(device.happenings).toEqual(['ready', 'conversation_created', 'new_message']);
  });
});
