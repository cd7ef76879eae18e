import { readFileSync } from 'node:fs';
import { randomUUID } from 'node:crypto';
import type { ChatEventType } from '../../src/outbox';
import { eventually } from '../support/eventually';
import { EventStream, type PublishedEvent } from '../support/outbox/event-stream';
import { EventSchemas } from '../support/outbox/event-schemas';
import { World } from '../support/world';

/** Complete, by the type: a new kind of event is missed here until there is a story that makes it happen. */
const KINDS: Readonly<Record<ChatEventType, true>> = {
  ConversationCreated: true,
  ConversationUpdated: true,
  ParticipantAdded: true,
  ParticipantRemoved: true,
  MessageCreated: true,
  MessageUpdated: true,
  MessageDeleted: true,
  MessageExpired: true,
  MessageDelivered: true,
  MessageRead: true,
};
const TYPES = Object.keys(KINDS).sort() as ChatEventType[];

describe('the events for other services', () => {
  let world: World;
  let stream: EventStream;
  let published: PublishedEvent[];
  const schemas = new EventSchemas();
  const faultsOf = (event: PublishedEvent): string[] => schemas.faults(event);

  beforeAll(async () => {
    world = await World.start();
    stream = EventStream.of(world.environment);
    await everythingHappens();
    await eventually(async () => {
      published = await stream.events();
      expect(kindsOf(published)).toEqual(TYPES);
    }, 10_000);
  });
  afterAll(async () => {
    await world.stop();
    await stream.close();
  });

  async function everythingHappens(): Promise<void> {
    const [alice, bob, carol] = [world.person('Ålice 😀'), world.person('Bob'), world.person('Carol')];
    const [group, chat] = [await alice.groupWith(bob), await alice.chatWith(bob)];
    await alice.changes(group, {
      name: 'ünï "\\',
      avatarUrl: 'https://a.example/x.png',
      messageTtlSeconds: 3_600,
    });
    await alice.adds(group, carol);
    await alice.makes(group, carol, 'admin');
    const { body: sent } = await alice.says(group, '<b>fish & chips</b> https://a.example/?b=c&d', {
      metadata: { tags: ['a', { b: null }] },
      clientMessageId: randomUUID(),
      expiresInSeconds: 600,
    });
    await carol.marksDelivered(group, sent.seq);
    await bob.marksRead(group, { seq: sent.seq });
    await bob.says(group, 'which?', { replyToId: sent.id });
    await alice.edits(group, sent.id, 'fish');
    await alice.deletes(group, sent.id);
    await carol.removes(group, carol);
    await alice.says(chat, 'gone in a second', { expiresInSeconds: 1 });

    const tenantId = randomUUID();
    const dave = world.person('Dave', { tenantId });
    await dave.says(await dave.chatWith(world.person('Erin', { tenantId })), 'elsewhere');
  }

  it('have a schema for every kind, and no schema is left over', () => {
    expect(schemas.names).toEqual(TYPES.map((type) => `${type} 1`));
  });

  it.each(TYPES)('are as their schema says: %s', (type) => {
    expect(ofKind(type).map(faultsOf)).toEqual(ofKind(type).map(() => []));
  });

  it.each(TYPES)('have nothing that their schema does not name: %s', (type) => {
    const accepted = ofKind(type).flatMap((event) =>
      placesIn(event).filter((path) => faultsOf(withField(event, [...path, 'unheardOf'], 1)).length === 0),
    );
    expect(accepted).toEqual([]);
  });

  it.each(TYPES)('lack nothing that their schema names: %s', (type) => {
    const accepted = ofKind(type).flatMap((event) =>
      placesIn(event)
        .flatMap((path) => Object.keys(at(event, path)).map((field) => [...path, field]))
        .filter((path) => faultsOf(withField(event, path, undefined)).length === 0),
    );
    expect(accepted).toEqual([]);
  });

  it('say which tenant they are of', () => {
    expect(new Set(published.map(({ tenantId }) => tenantId)).size).toBe(2);
  });

  it('are all in the index', () => {
    const index = readFileSync('docs/events/README.md', 'utf8');
    for (const type of TYPES) expect(index).toContain(`[\`${type}\`](${type}.v1.schema.json)`);
  });

  function ofKind(type: ChatEventType): PublishedEvent[] {
    const events = published.filter(({ eventType }) => eventType === type);
    expect(events).not.toEqual([]);
    return events;
  }
});

type Path = readonly (string | number)[];

function kindsOf(events: readonly PublishedEvent[]): string[] {
  return [...new Set(events.map(({ eventType }) => eventType))].sort();
}

/** Where the objects of an event are whose fields we name. What clients put in has theirs. */
function placesIn(value: object, path: Path = []): Path[] {
  const within = Object.entries(value).flatMap(([name, inner]: [string, unknown]) => {
    const step = Array.isArray(value) ? Number(name) : name;
    const isClients = name === 'metadata' || (name === 'payload' && path.length > 0);
    if (typeof inner !== 'object' || inner === null || isClients) return [];
    return placesIn(inner, [...path, step]);
  });
  return Array.isArray(value) ? within : [path, ...within];
}

function at(value: object, path: Path): Record<string | number, unknown> {
  return path.reduce<unknown>(
    (inner, step) => (inner as Record<string | number, unknown>)[step],
    value,
  ) as Record<string | number, unknown>;
}

/** A copy with another value for the field at `path`; undefined takes it out. */
function withField(event: PublishedEvent, path: Path, value: unknown): PublishedEvent {
  const copy = structuredClone(event);
  const holder = at(copy, path.slice(0, -1));
  const field = path.at(-1) as string;
  if (value === undefined) delete holder[field];
  else holder[field] = value;
  return copy;
}
