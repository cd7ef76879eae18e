import { randomUUID } from 'node:crypto';
import { withinTime } from '../../../src/common/time-limit';
import type { ChatEvent } from '../../../src/outbox';
import type { EventBus } from '../../../src/outbox/bus/event-bus';
import { eventually } from '../eventually';
import { HOSTILE_TEXTS } from '../hostile-texts';
import { upTo } from '../times';
import { chatEvent, mixedEvents, unspeakableEvent } from './chat-events';

/** A bus with what a test needs to look behind it. */
export interface BusUnderTest {
  readonly bus: EventBus;
  /** All that was published since the start, as a consumer reads it, oldest first. */
  readonly published: () => Promise<readonly string[]>;
  /** Takes it away from the bus, in one of the ways it can be lost. */
  lose(outage: string): void;
  bringBack(): void;
  stop(): Promise<void>;
}

interface Published {
  readonly eventId: string;
  readonly key: string;
  readonly rev: number;
}

type Check = (underTest: BusUnderTest) => Promise<void>;

const GIVES_UP_WITHIN_MS = 3_000;
const BACK_WITHIN_MS = 5_000;
const LARGE = 200_000;

/** What any bus must do, each claim a function that throws where it does not. */
export const BUS_CHECKS = {
  'publishes the envelope of an event, and nothing besides': async ({ bus, published }) => {
    const event = chatEvent(randomUUID(), 7, { message: { content: 'hello' } });
    await expectTaken(bus, [event]);
    const [text = '', ...more] = await published();
    expect(more).toEqual([]);
    expect(JSON.parse(text)).toStrictEqual({
      eventId: event.eventId,
      eventType: 'ConversationUpdated',
      schemaVersion: 1,
      occurredAt: event.occurredAt.toISOString(),
      traceId: event.traceId,
      tenantId: event.tenantId,
      key: event.key,
      rev: 7,
      payload: { message: { content: 'hello' } },
    });
  },

  'takes nothing of the internals of an event along': async ({ bus, published }) => {
    const announced = { ...chatEvent(randomUUID()), audience: ['somebody'] };
    await expectTaken(bus, [announced]);
    expect((await published()).join()).not.toContain('audience');
  },

  'carries any text as it is': async ({ bus, published }) => {
    const payloads = [
      ...HOSTILE_TEXTS,
      'ünï \u{1f600} \u0000 \u2028 \ud83d "\\\r\n',
      '',
      null,
      1e300,
      [[]],
      {},
    ];
    await expectTaken(
      bus,
      payloads.map((payload, index) => chatEvent(randomUUID(), index + 1, { payload })),
    );
    const carried = (await published()).map(
      (text) => (JSON.parse(text) as ChatEvent<{ payload: unknown }>).payload,
    );
    expect(carried).toEqual(payloads.map((payload) => ({ payload })));
  },

  'carries what is large': async ({ bus, published }) => {
    const content = '\u{1f600}'.repeat(LARGE);
    const key = randomUUID();
    await expectTaken(
      bus,
      upTo(4).map((rev) => chatEvent(key, rev, { content })),
    );
    const events = (await published()).map((text) => JSON.parse(text) as ChatEvent<{ content: string }>);
    expect(events.map(({ rev }) => rev)).toEqual(upTo(4));
    expect(events.every(({ payload }) => payload.content === content)).toBe(true);
  },

  'publishes a thousand events at once, each of them once, those of a key in order': async ({
    bus,
    published,
  }) => {
    const events = mixedEvents(keys(8), 125);
    await expectTaken(bus, events);
    expectInOrder(await published(), events, 'once');
  },

  'keeps the order of a key from call to call': async ({ bus, published }) => {
    const events = mixedEvents(keys(2), 20);
    for (const [from, to] of [
      [0, 1],
      [1, 10],
      [10, 25],
      [25, 40],
    ] as const)
      await expectTaken(bus, events.slice(from, to));
    expectInOrder(await published(), events, 'once');
  },

  'keeps the order of each key where several are published at a time': async ({ bus, published }) => {
    const queues = keys(4).map((key) => mixedEvents([key], 100));
    await Promise.all(queues.map((events) => expectTaken(bus, events)));
    expectInOrder(await published(), queues.flat(), 'once');
  },

  'publishes again what it is given again': async ({ bus, published }) => {
    const events = mixedEvents(keys(2), 3);
    await expectTaken(bus, events);
    await expectTaken(bus, events);
    const ids = parsed(await published()).map(({ eventId }) => eventId);
    for (const { eventId } of events) expect(ids.filter((id) => id === eventId)).toHaveLength(2);
  },

  'says that it can be reached, and publishes nothing by that': async ({ bus, published }) => {
    await bus.check();
    expect(await published()).toEqual([]);
  },

  'has nothing to say to nothing': async ({ bus, published }) => {
    expect(await bus.publish([])).toEqual([]);
    expect(await published()).toEqual([]);
  },

  'refuses what it can not carry, holds what follows with that key, and takes the rest': async ({
    bus,
    published,
  }) => {
    const [bad = '', good = ''] = keys(2);
    const before = chatEvent(bad, 1);
    const poison = unspeakableEvent(bad, 2);
    const after = [chatEvent(bad, 3), chatEvent(bad, 4)];
    const others = mixedEvents([good], 3);
    const [one, two, three] = others as [ChatEvent, ChatEvent, ChatEvent];
    const [third, fourth] = after as [ChatEvent, ChatEvent];

    expect(await bus.publish([one, before, poison, two, third, fourth, three])).toEqual([
      { status: 'taken' },
      { status: 'taken' },
      { status: 'refused', error: expect.any(Error) },
      { status: 'taken' },
      { status: 'held' },
      { status: 'held' },
      { status: 'taken' },
    ]);
    expectInOrder(await published(), [before, ...others], 'once');

    await expectTaken(bus, after);
    expectInOrder(await published(), [before, ...others, ...after], 'once');
  },
} satisfies Record<string, Check>;

/** What it must do when that which it publishes to is lost. */
export const OUTAGE_CHECKS = {
  'gives up soon, and publishes everything once it is back': async (underTest, outage) => {
    const { bus, published } = underTest;
    const events = mixedEvents(keys(4), 50);
    const [first, second, third] = [events.slice(0, 40), events.slice(40, 120), events.slice(120)];
    await expectTaken(bus, first);

    underTest.lose(outage);
    await expectAway(bus, second);
    await expectAway(bus, second);

    underTest.bringBack();
    await eventually(() => expectTaken(bus, second), BACK_WITHIN_MS);
    await expectTaken(bus, third);
    expectInOrder(await published(), events, 'at least once');
  },

  'says whether it can be reached': async (underTest, outage) => {
    const { bus } = underTest;
    underTest.lose(outage);
    expect(await settled(bus.check())).toBe('away');
    underTest.bringBack();
    await eventually(() => bus.check(), BACK_WITHIN_MS);
  },

  'keeps nothing back to publish it later unasked': async (underTest, outage) => {
    const { bus, published } = underTest;
    const [lost, later] = [chatEvent(randomUUID()), chatEvent(randomUUID())];
    await expectTaken(bus, [chatEvent(randomUUID())]);
    underTest.lose(outage);
    await expectAway(bus, [lost]);
    const arrived = (await published()).length;
    underTest.bringBack();
    await eventually(() => expectTaken(bus, [later]), BACK_WITHIN_MS);
    expect(parsed((await published()).slice(arrived)).map(({ eventId }) => eventId)).not.toContain(
      lost.eventId,
    );
  },
} satisfies Record<string, (underTest: BusUnderTest, outage: string) => Promise<void>>;

/**
 * Holds a bus to all that publishers and consumers rely on.
 *
 * @param start a bus of its own for each test, connected, with nothing published yet.
 * @param outages the ways in which it can be lost.
 */
export function describeEventBus(
  name: string,
  start: () => Promise<BusUnderTest>,
  outages: readonly string[],
): void {
  describe(name, () => {
    let underTest: BusUnderTest;
    beforeEach(async () => {
      underTest = await start();
    });
    afterEach(() => underTest.stop());

    it.each(Object.entries(BUS_CHECKS))('%s', (_claim, check) => check(underTest));

    describe.each(outages)('lost (%s)', (outage) => {
      it.each(Object.entries(OUTAGE_CHECKS))('%s', (_claim, check) => check(underTest, outage));
    });
  });
}

async function expectTaken(bus: EventBus, events: readonly ChatEvent[]): Promise<void> {
  expect(await bus.publish(events)).toEqual(events.map(() => ({ status: 'taken' })));
}

async function expectAway(bus: EventBus, events: readonly ChatEvent[]): Promise<void> {
  expect(await settled(bus.publish(events))).toBe('away');
}

async function settled(asked: Promise<unknown>): Promise<'there' | 'away'> {
  const outcome = asked.then(
    () => 'there' as const,
    () => 'away' as const,
  );
  return withinTime(GIVES_UP_WITHIN_MS, 'giving up', outcome);
}

/** Whether consumers find all of `events` and no others, each key's in order where they appear for the first time. */
function expectInOrder(
  texts: readonly string[],
  events: readonly ChatEvent[],
  how: 'once' | 'at least once',
): void {
  const all = parsed(texts);
  const first = [...new Map(all.map((event) => [event.eventId, event])).values()];
  if (how === 'once') expect(all).toHaveLength(first.length);
  expect(byKey(first)).toEqual(byKey(events));
}

function byKey(events: readonly Published[]): Map<string, string[]> {
  const found = new Map<string, string[]>();
  for (const { key, rev, eventId } of events)
    found.set(key, [...(found.get(key) ?? []), `${rev} ${eventId}`]);
  return found;
}

function parsed(texts: readonly string[]): Published[] {
  return texts.map((text) => JSON.parse(text) as Published);
}

function keys(count: number): string[] {
  return Array.from({ length: count }, () => randomUUID());
}
