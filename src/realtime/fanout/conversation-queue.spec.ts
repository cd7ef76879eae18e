import { aDelivery } from '../../../test/support/realtime/deliveries';
import { ConversationQueue } from './conversation-queue';
import type { Delivery } from './delivery';

const revs = (deliveries: readonly Delivery[]): number[] => deliveries.map(({ rev }) => rev);
const PAUSE = { sincePreviousMs: 60_000 };

/** Small, seeded, and good enough to shuffle by. */
function randomFrom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}

function shuffled<T>(items: readonly T[], random: () => number): T[] {
  return items
    .map((item): [number, T] => [random(), item])
    .sort(([a], [b]) => a - b)
    .map(([, item]) => item);
}

describe('ConversationQueue', () => {
  describe('where the last revision is remembered', () => {
    it('lets the next one out at once', () => {
      expect(revs(new ConversationQueue(4).accept(aDelivery(5)))).toEqual([5]);
    });

    it('drops what was delivered before', () => {
      const queue = new ConversationQueue(4);
      expect(queue.accept(aDelivery(4))).toEqual([]);
      expect(queue.accept(aDelivery(1, PAUSE))).toEqual([]);
      expect(queue.isWaiting).toBe(false);
    });

    it('holds one whose forerunner is missing, and lets both out in order when it comes', () => {
      const queue = new ConversationQueue(4);
      expect(queue.accept(aDelivery(6))).toEqual([]);
      expect(queue.accept(aDelivery(6))).toEqual([]);
      expect(queue.gap()).toEqual({ afterRev: 4, beforeRev: 6 });
      expect(revs(queue.accept(aDelivery(5)))).toEqual([5, 6]);
      expect(queue.isWaiting).toBe(false);
    });

    it('does not skip a gap because of a pause before what follows it', () => {
      expect(new ConversationQueue(4).accept(aDelivery(6, PAUSE))).toEqual([]);
    });
  });

  describe('where nothing is remembered', () => {
    it.each([
      ['the first revision of all', aDelivery(1)],
      ['one after a pause', aDelivery(70, PAUSE)],
    ])('begins with %s', (_what, delivery) => {
      const queue = new ConversationQueue();
      expect(queue.accept(delivery)).toEqual([delivery]);
      expect(queue.position).toBe(delivery.rev);
    });

    it('waits for the forerunner of one that follows closely', () => {
      const queue = new ConversationQueue();
      expect(queue.accept(aDelivery(71))).toEqual([]);
      expect(queue.gap()).toEqual({ afterRev: 69, beforeRev: 71 });
      expect(revs(queue.accept(aDelivery(70, PAUSE)))).toEqual([70, 71]);
    });
  });

  describe('when a gap was looked up', () => {
    it('lets out what was found and what waited, in order', () => {
      const queue = new ConversationQueue(4);
      [8, 6].forEach((rev) => queue.accept(aDelivery(rev)));
      const gap = queue.gap();
      expect(revs(queue.settle(gap, [aDelivery(5), aDelivery(6), aDelivery(7)]))).toEqual([5, 6, 7, 8]);
      expect(queue.isWaiting).toBe(false);
      expect(revs(queue.accept(aDelivery(9)))).toEqual([9]);
    });

    it('takes a revision that was not found for one that says nothing', () => {
      const queue = new ConversationQueue(4);
      queue.accept(aDelivery(8));
      expect(revs(queue.settle(queue.gap(), [aDelivery(6)]))).toEqual([6, 8]);
      expect(queue.accept(aDelivery(7))).toEqual([]);
    });

    it('goes on waiting for what came meanwhile and has a gap of its own', () => {
      const queue = new ConversationQueue(4);
      queue.accept(aDelivery(6));
      const gap = queue.gap();
      queue.accept(aDelivery(7));
      queue.accept(aDelivery(9));
      expect(revs(queue.settle(gap, [aDelivery(5)]))).toEqual([5, 6, 7]);
      expect(queue.gap()).toEqual({ afterRev: 7, beforeRev: 9 });
    });

    it('does not repeat what arrived while it was read', () => {
      const queue = new ConversationQueue(4);
      queue.accept(aDelivery(7));
      const gap = queue.gap();
      expect(revs(queue.accept(aDelivery(5)))).toEqual([5]);
      expect(revs(queue.settle(gap, [aDelivery(5), aDelivery(6)]))).toEqual([6, 7]);
    });

    it('takes nothing from outside of the gap', () => {
      const queue = new ConversationQueue(4);
      queue.accept(aDelivery(6));
      expect(revs(queue.settle(queue.gap(), [aDelivery(3), aDelivery(5), aDelivery(12)]))).toEqual([5, 6]);
      expect(queue.isWaiting).toBe(false);
    });
  });

  /** Whatever is doubled, swapped or lost on the way: every revision once, in order. */
  it.each(Array.from({ length: 200 }, (_, seed) => seed))('delivers in order, seed %i', (seed) => {
    const random = randomFrom(seed);
    const first = random() < 0.5 ? 1 : 40;
    const truth = Array.from({ length: 30 }, (_, n) =>
      aDelivery(first + n, { sincePreviousMs: n === 0 ? 60_000 : 5 }),
    );
    const arriving = truth.filter(() => random() < 0.8).flatMap((d) => (random() < 0.2 ? [d, d] : [d]));
    const queue = new ConversationQueue(random() < 0.5 ? first - 1 : undefined);

    const out: number[] = [];
    for (const delivery of shuffled(arriving, random)) {
      out.push(...revs(queue.accept(delivery)));
      if (!queue.isWaiting || random() < 0.7) continue;
      const gap = queue.gap();
      const found = truth.filter(({ rev }) => rev > gap.afterRev && rev < gap.beforeRev);
      out.push(...revs(queue.settle(gap, found)));
    }
    if (queue.isWaiting) {
      const gap = queue.gap();
      const found = truth.filter(({ rev }) => rev > gap.afterRev && rev < gap.beforeRev);
      out.push(...revs(queue.settle(gap, found)));
    }
    const [begin = 0] = out;
    expect(out).toEqual(out.map((_, n) => begin + n));
    // What is remembered from the start is delivered without exception, up to the last that arrived.
    if (queue.position !== undefined) expect(out.at(-1) ?? queue.position).toBe(queue.position);
  });
});
