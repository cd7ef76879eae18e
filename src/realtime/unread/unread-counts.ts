import { Injectable, Logger, type OnApplicationShutdown, type OnModuleInit } from '@nestjs/common';
import type { Actor } from '../../common/actor';
import { DependencyUnavailable } from '../../common/problem';
import { type Unread, type UnreadPair, UnreadService } from '../../conversations';
import { CatchUp } from '../fanout/catch-up';
import type { Delivery } from '../fanout/delivery';
import { DeliveryNotices } from '../fanout/delivery-notices';
import { LocalSockets } from '../fanout/local-sockets';
import { affectedBy } from './affected-people';
import { SafeHorizon } from './safe-horizon';
import { ToldCounts } from './told-counts';
import { UnreadCache } from './unread-cache';
import { UnreadPairs } from './unread-pairs';

/** What happens in this time is looked up, and told, once. */
const TICK_MS = 250;
/** A busy node rests nine times as long as it looked, up to a second: counts take a tenth of a connection at most. */
const REST_FACTOR = 9;
const LONGEST_REST_MS = 1_000;
const AFTER_FAILURE_MS = 1_000;

/** Looked up by one statement: some ten milliseconds, and as long to tell. */
const PAIRS_AT_ONCE = 250;
const PEOPLE_AT_ONCE = 100;
/** More waits only when Postgres is away. Then everybody's counts are looked up anew, and the list is not needed. */
const MOST_WAITING = 50_000;

/**
 * Tells people at this node how many messages they have not read, after whatever may have changed it. A change is only
 * the occasion: the number is looked up in Postgres, for all that changed since the last tick at once. One look after
 * the other, so that what a device is told last is what was true last.
 */
@Injectable()
export class UnreadCounts implements OnModuleInit, OnApplicationShutdown {
  private readonly logger = new Logger(UnreadCounts.name);
  readonly horizon = new SafeHorizon();
  private readonly changed = new UnreadPairs();
  /** People who may have missed something, by tenant and id, and since when. */
  private readonly doubtful = new Map<string, Actor>();
  private doubtfulSince?: string | null;
  /** Who left which conversation while a look was under way: what it finds of them is not for them any more. */
  private readonly leftMeanwhile = new UnreadPairs();
  private looking?: Promise<void>;
  private timer?: NodeJS.Timeout;
  private stopped = false;

  constructor(
    private readonly unread: UnreadService,
    private readonly sockets: LocalSockets,
    private readonly told: ToldCounts,
    private readonly cache: UnreadCache,
    private readonly catchUp: CatchUp,
    private readonly notices: DeliveryNotices,
  ) {}

  onModuleInit(): void {
    this.catchUp.onDoubt((people, forAges) => this.lookAnew(people, forAges));
    this.notices.listen((delivery) => this.note(delivery));
  }

  /** The connections go next. */
  async onApplicationShutdown(): Promise<void> {
    this.stopped = true;
    clearTimeout(this.timer);
    await this.looking;
  }

  /** Something was delivered here. Returns at once: it is called for every message. */
  private note(delivery: Delivery): void {
    const { tenantId, conversationId } = delivery;
    const { people, writer, removed } = affectedBy(delivery);
    this.changed.add(tenantId, conversationId, people);
    if (writer !== undefined) this.noteWriter({ tenantId, conversationId, userId: writer });
    if (removed !== undefined && this.looking !== undefined)
      this.leftMeanwhile.add(tenantId, conversationId, [removed]);
    if (this.changed.size > MOST_WAITING) {
      this.changed.clear();
      this.lookAnew(this.sockets.people());
    }
    this.schedule(TICK_MS);
  }

  /** These are looked up, and told, with the next tick. */
  refresh(pairs: readonly UnreadPair[]): void {
    for (const { tenantId, conversationId, userId } of pairs)
      this.changed.add(tenantId, conversationId, [userId]);
    this.schedule(TICK_MS);
  }

  /** Whether their count is about to be told. */
  isDue(pair: UnreadPair): boolean {
    return this.changed.has(pair);
  }

  /** These people may have missed something: they are told what may have changed, or, for ages, all there is. */
  private lookAnew(people: Iterable<Actor>, forAges = false): void {
    if (forAges) this.doubtfulSince = null;
    else if (this.doubtfulSince === undefined) this.doubtfulSince = this.horizon.oldest;
    for (const person of people) this.doubtful.set(keyOf(person), person);
    this.schedule(TICK_MS);
  }

  /** Most who write have nothing unread before and after. While it is being looked up that is not known. */
  private noteWriter(pair: UnreadPair): void {
    const knowsNothing = this.told.get(pair)?.unreadCount === 0;
    if (knowsNothing && this.looking === undefined && !this.changed.has(pair)) return;
    this.changed.add(pair.tenantId, pair.conversationId, [pair.userId]);
  }

  private schedule(ms: number): void {
    const isIdle = this.changed.size === 0 && this.doubtful.size === 0;
    if (isIdle || this.stopped || this.timer !== undefined || this.looking !== undefined) return;
    this.timer = setTimeout(() => {
      this.timer = undefined;
      this.looking = this.look().then((rest) => {
        this.looking = undefined;
        this.leftMeanwhile.clear();
        this.schedule(rest);
      });
    }, ms);
  }

  /** @returns how long to rest. */
  private async look(): Promise<number> {
    const began = performance.now();
    try {
      await this.lookAtPeople();
      await this.lookAtPairs();
    } catch (err) {
      // Where Postgres is away, what was to be looked up waits; it is said elsewhere.
      if (!(err instanceof DependencyUnavailable))
        this.logger.error({ msg: 'unread counts could not be looked up', err });
      return AFTER_FAILURE_MS;
    }
    const rest = (performance.now() - began) * REST_FACTOR;
    return Math.min(Math.max(rest, TICK_MS), LONGEST_REST_MS);
  }

  private async lookAtPeople(): Promise<void> {
    if (this.doubtful.size === 0) return;
    // What they were told once, and may have missed since they left, would pass for what their next device was told.
    this.told.forgetUnless((unread) => this.isHere(unread));
    while (this.doubtful.size > 0 && !this.stopped) {
      const some = [...this.doubtful.values()].slice(0, PEOPLE_AT_ONCE);
      for (const person of some) this.doubtful.delete(keyOf(person));
      await this.together(
        some.filter((person) => this.isHere(person)),
        async (people) => this.tell(await this.unread.changedSince(people, this.doubtfulSince ?? null)),
        (people) => this.lookAnew(people),
      );
    }
    this.doubtfulSince = undefined;
  }

  private async lookAtPairs(): Promise<void> {
    // Not those that come while this goes on: they are for the next tick.
    for (let left = this.changed.size; left > 0 && !this.stopped;) {
      const some = this.changed.take(PAIRS_AT_ONCE);
      left -= some.length;
      await this.together(
        some,
        (pairs) => this.lookUp(pairs),
        (pairs) => this.refresh(pairs),
      );
    }
  }

  /**
   * All with one statement. Where that fails, and not because Postgres is away, it fails for one of them: each is
   * tried by itself, and the others do not suffer.
   *
   * @param later for what is to be tried again
   * @throws DependencyUnavailable
   */
  private async together<T>(
    items: readonly T[],
    work: (items: readonly T[]) => Promise<void>,
    later: (items: readonly T[]) => void,
  ): Promise<void> {
    if (items.length === 0) return;
    try {
      await work(items);
    } catch (err) {
      if (err instanceof DependencyUnavailable) {
        later(items);
        throw err;
      }
      if (items.length < 2) this.logger.error({ msg: 'unread counts could not be told', of: items, err });
      else
        for (const [index, item] of items.entries())
          await this.together([item], work, () => later(items.slice(index)));
    }
  }

  private async lookUp(pairs: readonly UnreadPair[]): Promise<void> {
    const here = pairs.filter((pair) => this.isHere(pair));
    const counts = here.length === 0 ? [] : await this.unread.of(here);
    const members = new UnreadPairs();
    for (const { tenantId, conversationId, userId } of counts)
      members.add(tenantId, conversationId, [userId]);
    // Those who left this node, or the conversation: nobody sees to their counts here from now on.
    const gone = pairs.filter((pair) => !members.has(pair) && this.told.forget(pair));
    await Promise.all([this.tell(counts), this.cache.forget(gone)]);
  }

  private async tell(counts: readonly Unread[]): Promise<void> {
    const current = counts.filter((unread) => !this.leftMeanwhile.has(unread));
    for (const unread of current) {
      const { conversationId, unreadCount } = unread;
      this.told.set(unread);
      this.sockets.tell(unread, 'unread_changed', { conversationId, unreadCount });
    }
    await this.cache.write(current);
  }

  private isHere({ tenantId, userId }: Actor): boolean {
    return this.sockets.include(tenantId, [userId]);
  }
}

function keyOf({ tenantId, userId }: Actor): string {
  return `${tenantId} ${userId}`;
}
