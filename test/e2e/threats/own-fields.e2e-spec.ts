import { randomUUID } from 'node:crypto';
import type { ConversationDto } from '../../../src/conversations/dto/conversation.dto';
import type { Person } from '../../support/chat-client';
import { Device } from '../../support/device';
import { eventually } from '../../support/eventually';
import { OpenApiDocument, type Operation, type Schema } from '../../support/openapi/document';
import { draftsOf, type Scene } from '../../support/openapi/recipes';
import { toWire } from '../../support/openapi/draft';
import { expectProblem } from '../../support/problem';
import { SERVICE_TOKEN, World } from '../../support/world';

/** What nobody but the service decides, in the words of its answers and of its tables. */
const NEVER_ANYBODYS = [
  'sub',
  'actor',
  'scopes',
  'isAdmin',
  'isSystem',
  'fromClients',
  'forBusiness',
  'audience',
];

describe('T03 what only the service decides', () => {
  let world: World;
  let document: OpenApiDocument;
  let alice: Person;
  let bob: Person;
  let chat: ConversationDto;
  let scene: Scene;
  let names: string[];
  beforeAll(async () => {
    world = await World.start();
    document = await OpenApiDocument.of(world.nodeUrls[0] ?? '');
    [alice, bob] = [world.person('Alice'), world.person('Bob')];
    chat = await alice.groupWith(bob);
    const { id: messageId } = (await alice.says(chat, 'as it was')).body;
    const newcomerId = world.person('Carol').id;
    scene = { conversationId: chat.id, messageId, personId: bob.id, newcomerId };
    const columns = await world.database.query<{ name: string }>(
      `SELECT DISTINCT column_name AS name FROM information_schema.columns WHERE table_schema = 'public'`,
    );
    names = [...new Set([...fieldsOf(document), ...columns.map(({ name }) => name), ...NEVER_ANYBODYS])];
  });
  afterAll(() => world.stop());

  it('is no small list', () => {
    expect(names).toEqual(
      expect.arrayContaining(['tenantId', 'senderId', 'seq', 'rev', 'role', 'tenant_uuid']),
    );
    expect(names.length).toBeGreaterThan(60);
  });

  it('is refused by name in the body of every operation, and nothing comes of it', async () => {
    const before = await everything();
    const writing = document.operations.filter(({ body }) => body !== undefined);
    expect(writing.length).toBeGreaterThanOrEqual(10);
    for (const operation of writing) {
      const own = Object.keys(operation.body?.properties ?? {});
      for (const more of inParts(names.filter((name) => !own.includes(name)))) {
        const answer = await send(operation, Object.fromEntries(more.map((name) => [name, scene.personId])));
        const problem = expectProblem(answer, 'validation_failed');
        const paths = problem.errors?.map(({ path }) => path);
        expect([operation.id, paths]).toEqual([operation.id, expect.arrayContaining(more)]);
      }
    }
    expect(await everything()).toEqual(before);
  });

  it('is refused in what a socket sends', async () => {
    const device = await alice.connects();
    const events: [string, object][] = [
      ['send_message', { conversationId: chat.id, content: 'x' }],
      ['edit_message', { conversationId: chat.id, messageId: scene.messageId, content: 'x' }],
      ['delete_message', { conversationId: chat.id, messageId: scene.messageId }],
      ['mark_as_read', { conversationId: chat.id, seq: 1 }],
      ['mark_as_delivered', { conversationId: chat.id, seq: 1 }],
    ];
    await isStoredToHaveCome(alice);
    const before = await everything();
    for (const [event, body] of events) {
      const known = [...Object.keys(body), 'type', 'payload', 'metadata', 'replyToId', 'clientMessageId'];
      for (const more of inParts(names.filter((name) => ![...known, 'expiresInSeconds'].includes(name)))) {
        const ack = await device.asks(event, {
          ...Object.fromEntries(more.map((name) => [name, 1])),
          ...body,
        });
        expect(ack).toMatchObject({ ok: false, error: { code: 'validation_failed' } });
        const paths = ack.ok ? [] : ack.error.errors?.map(({ path }) => path);
        expect(paths).toEqual(expect.arrayContaining(more));
      }
    }
    expect(await everything()).toEqual(before);
    device.leaves();
  });

  it('is who one is: nothing but the token says it, whatever else is sent along', async () => {
    const elsewhere = randomUUID();
    const headers = {
      'x-tenant-id': elsewhere,
      'x-user-id': bob.id,
      'x-forwarded-user': bob.id,
      'x-real-user': bob.id,
      cookie: `user=${bob.id}; token=${bob.token}`,
    };
    const me = await alice.asks('GET', '/v1/users/me', { headers });
    expect(me.body).toMatchObject({ id: alice.id, tenantId: '00000000-0000-0000-0000-000000000000' });
    const sent = await alice.sends(chat, { content: 'from me' }, headers);
    expect(sent.body.senderId).toBe(alice.id);
    const device = await Device.connect(world.nodeUrls[0] ?? '', {
      auth: {
        token: alice.token,
        userId: bob.id,
        tenantId: elsewhere,
        actor: { userId: bob.id },
        sub: bob.id,
      },
      query: { userId: bob.id, sub: bob.id },
      extraHeaders: headers,
    });
    expect(device.heard('ready')).toMatchObject([{ userId: alice.id }]);
    expect(await device.says(chat, 'me again')).toMatchObject({ ok: true, data: { senderId: alice.id } });
    device.leaves();
  });

  function send(operation: Operation, more: object) {
    const draft = draftsOf(operation, scene)[0];
    const { method, target, headers } = toWire(draft);
    const body = { ...more, ...(draft.body as object) };
    const authorization = tokenFor(operation);
    return alice.asks(method, target, { headers: { ...strings(headers), authorization }, body });
  }

  const tokenFor = ({ access }: Operation): string =>
    `Bearer ${access === 'service' ? SERVICE_TOKEN : alice.token}`;

  /** Which happens by itself, soon. */
  async function isStoredToHaveCome({ id }: Person): Promise<void> {
    const seen = 'SELECT FROM users WHERE user_uuid = $1 AND last_seen_at IS NOT NULL';
    await eventually(async () => expect(await world.database.query(seen, [id])).toHaveLength(1));
  }

  async function everything(): Promise<unknown[]> {
    const tables = ['users', 'conversations', 'participants', 'messages', 'blocks'];
    return Promise.all(tables.map((table) => world.database.query(`SELECT * FROM ${table} ORDER BY 1, 2`)));
  }
});

/** Of every answer there is, however deep. */
function fieldsOf({ operations }: OpenApiDocument): string[] {
  const deep = ({ properties = {}, items, allOf = [] }: Schema): string[] => [
    ...Object.keys(properties),
    ...[...Object.values(properties), ...(items ? [items] : []), ...allOf].flatMap(deep),
  ];
  return operations.flatMap(({ responses }) =>
    [...responses].flatMap(([status, { schema = {} }]) => (status < 300 ? deep(schema) : [])),
  );
}

function strings(headers: Record<string, string | string[]>): Record<string, string> {
  return Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, String(value)]));
}

/** So few at a time that an answer can name all of them. */
function inParts(names: readonly string[]): string[][] {
  return Array.from({ length: Math.ceil(names.length / 50) }, (_, part) =>
    names.slice(part * 50, part * 50 + 50),
  );
}
