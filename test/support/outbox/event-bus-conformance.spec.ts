import type { ChatEvent } from '../../../src/outbox';
import type { PublishOutcome } from '../../../src/outbox/bus/event-bus';
import { BUS_CHECKS, type BusUnderTest, describeEventBus, OUTAGE_CHECKS } from './event-bus-conformance';
import { MemoryEventBus } from './memory-event-bus';

type Outcomes = Promise<readonly PublishOutcome[]>;

function underTest(bus: MemoryEventBus): BusUnderTest {
  return {
    bus,
    published: () => Promise.resolve(bus.published),
    lose: () => (bus.away = true),
    bringBack: () => (bus.away = false),
    stop: () => Promise.resolve(),
  };
}

describeEventBus('events in memory', () => Promise.resolve(underTest(new MemoryEventBus())), ['away']);

class Reordering extends MemoryEventBus {
  override publish(events: readonly ChatEvent[]): Outcomes {
    return super.publish(events.toReversed());
  }
}

/** Every call for itself, as with several connections. */
class Overtaking extends MemoryEventBus {
  override async publish(events: readonly ChatEvent[]): Outcomes {
    const outcomes = await super.publish(events);
    this.published.unshift(...this.published.splice(-events.length));
    return outcomes;
  }
}

class Dropping extends MemoryEventBus {
  override async publish(events: readonly ChatEvent[]): Outcomes {
    const outcomes = await super.publish(events);
    if (events.length > 10) this.published.splice(3, 1);
    return outcomes;
  }
}

class Doubling extends MemoryEventBus {
  override async publish(events: readonly ChatEvent[]): Outcomes {
    const outcomes = await super.publish(events);
    this.published.push(...this.published.slice(-1));
    return outcomes;
  }
}

class Deduplicating extends MemoryEventBus {
  override async publish(events: readonly ChatEvent[]): Outcomes {
    const outcomes = await super.publish(events);
    this.published.push(...new Set(this.published.splice(0)));
    return outcomes;
  }
}

/** What it writes goes through `spoil`. */
class Spoiling extends MemoryEventBus {
  constructor(private readonly spoil: (text: string) => string) {
    super();
  }

  override async publish(events: readonly ChatEvent[]): Outcomes {
    const outcomes = await super.publish(events);
    const from = this.published.length - outcomes.filter(({ status }) => status === 'taken').length;
    this.published.push(...this.published.splice(from).map(this.spoil));
    return outcomes;
  }
}

class ChattyBus extends MemoryEventBus {
  override async publish(events: readonly ChatEvent[]): Outcomes {
    this.published.push(...events.map((event) => JSON.stringify(event)));
    return Promise.resolve(events.map(() => ({ status: 'taken' })));
  }
}

/** One event it can not carry, and it counts as away. */
class Stubborn extends MemoryEventBus {
  override async publish(events: readonly ChatEvent[]): Outcomes {
    const outcomes = await super.publish(events);
    if (outcomes.some(({ status }) => status === 'refused')) throw new Error('no');
    return outcomes;
  }
}

/** Goes on with the key of an event that it can not carry. */
class Skipping extends MemoryEventBus {
  override async publish(events: readonly ChatEvent[]): Outcomes {
    const each = events.map((event) => super.publish([event]));
    return (await Promise.all(each)).flat();
  }
}

class HangingWhenAway extends MemoryEventBus {
  override publish(events: readonly ChatEvent[]): Outcomes {
    return this.away ? new Promise(() => undefined) : super.publish(events);
  }
}

/** Says that it has what it has not. */
class Lying extends MemoryEventBus {
  override publish(events: readonly ChatEvent[]): Outcomes {
    return this.away ? Promise.resolve(events.map(() => ({ status: 'taken' }))) : super.publish(events);
  }
}

/** Keeps for later what it could not publish. */
class Hoarding extends MemoryEventBus {
  private readonly kept: ChatEvent[] = [];

  override async publish(events: readonly ChatEvent[]): Outcomes {
    if (this.away) this.kept.push(...events);
    else if (this.kept.length > 0) await super.publish(this.kept.splice(0));
    return super.publish(events);
  }
}

/** Once lost it stays so. */
class Sulking extends MemoryEventBus {
  private lost = false;

  override publish(events: readonly ChatEvent[]): Outcomes {
    this.lost ||= this.away;
    return this.lost ? Promise.reject(new Error('lost')) : super.publish(events);
  }
}

/** Looks no further than its own end of the connection. */
class Believing extends MemoryEventBus {
  override check(): Promise<void> {
    return Promise.resolve();
  }
}

const ASCII_ONLY = (text: string): string => text.replace(/[^\x20-\x7e]/g, '?');
const CUT_SHORT = (text: string): string =>
  text.length < 100_000 ? text : text.replace(/("content":"[^"]{100})[^"]*/, '$1');
const WITH_A_FIELD = (text: string): string => text.replace(/}$/, ',"host":"node-1"}');
const WITHOUT_A_FIELD = (text: string): string => text.replace(/"traceId":"[^"]*",/, '');

const BROKEN: readonly [string, () => MemoryEventBus, keyof typeof BUS_CHECKS][] = [
  [
    'changes the order',
    () => new Reordering(),
    'publishes a thousand events at once, each of them once, those of a key in order',
  ],
  ['lets one call overtake another', () => new Overtaking(), 'keeps the order of a key from call to call'],
  [
    'loses one',
    () => new Dropping(),
    'publishes a thousand events at once, each of them once, those of a key in order',
  ],
  ['loses one', () => new Dropping(), 'keeps the order of each key where several are published at a time'],
  [
    'publishes one twice',
    () => new Doubling(),
    'publishes a thousand events at once, each of them once, those of a key in order',
  ],
  ['remembers what it has published', () => new Deduplicating(), 'publishes again what it is given again'],
  [
    'adds a field',
    () => new Spoiling(WITH_A_FIELD),
    'publishes the envelope of an event, and nothing besides',
  ],
  [
    'leaves a field out',
    () => new Spoiling(WITHOUT_A_FIELD),
    'publishes the envelope of an event, and nothing besides',
  ],
  [
    'publishes whatever it is given',
    () => new ChattyBus(),
    'takes nothing of the internals of an event along',
  ],
  ['spoils what is not ASCII', () => new Spoiling(ASCII_ONLY), 'carries any text as it is'],
  ['cuts what is large', () => new Spoiling(CUT_SHORT), 'carries what is large'],
  [
    'gives up at what it can not carry',
    () => new Stubborn(),
    'refuses what it can not carry, holds what follows with that key, and takes the rest',
  ],
  [
    'goes on after what it can not carry',
    () => new Skipping(),
    'refuses what it can not carry, holds what follows with that key, and takes the rest',
  ],
];

const BROKEN_WHEN_LOST: readonly [string, () => MemoryEventBus, keyof typeof OUTAGE_CHECKS][] = [
  ['hangs', () => new HangingWhenAway(), 'gives up soon, and publishes everything once it is back'],
  ['lies', () => new Lying(), 'gives up soon, and publishes everything once it is back'],
  ['never comes back', () => new Sulking(), 'gives up soon, and publishes everything once it is back'],
  ['believes that it is not', () => new Believing(), 'says whether it can be reached'],
  ['hoards', () => new Hoarding(), 'keeps nothing back to publish it later unasked'],
];

describe('the conformance suite', () => {
  beforeEach(() => jest.useFakeTimers());
  afterEach(() => jest.useRealTimers());

  it.each(BROKEN)('fails a bus that %s', async (_fault, make, claim) => {
    await expect(BUS_CHECKS[claim](underTest(make()))).rejects.toThrow();
  });

  it.each(BROKEN_WHEN_LOST)('fails a bus that, when it is lost, %s', async (_fault, make, claim) => {
    const failed = expect(OUTAGE_CHECKS[claim](underTest(make()), 'away')).rejects.toThrow();
    await jest.advanceTimersByTimeAsync(10_000);
    await failed;
  });
});
