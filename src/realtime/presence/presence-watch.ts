import { Injectable, Logger, type OnApplicationShutdown, type OnModuleInit } from '@nestjs/common';
import type { Actor } from '../../common/actor';
import { DependencyUnavailable } from '../../common/problem';
import { ONLINE_SECONDS, OnlineKeys, OwnPresence, PresenceNews } from '../../presence';
import type { ChatSocket } from '../socket-contract';
import { type FollowerOf, PresenceFrames } from './presence-frames';
import { type Followed, PresenceSubscriptions } from './presence-subscriptions';

const TICK_MS = 1_000;
/** Hints may be lost: whoever is followed is looked at this often without any. */
const LOOK_MS = 10_000;
/** Whoever holds a socket of somebody whose key is gone says so well within this. */
const ANSWER_MS = 1_000;
/** Until the next look, should that one ask again. */
const BELIEVED_MS = 2 * ANSWER_MS;
/** After a hint: what follows at once is seen to together. */
const SOON_MS = 50;
/** Asked of Postgres in one round. */
const MOST_DOUBTS = 2_000;

/**
 * Follows the people whom sockets of this process follow. Hints of other processes say when to look; what is there
 * when looked decides. Somebody whose key is missing is asked for once more before it is believed: Redis may have been
 * emptied.
 */
@Injectable()
export class PresenceWatch implements OnModuleInit, OnApplicationShutdown {
  private readonly logger = new Logger(PresenceWatch.name);
  private readonly due = new Set<Followed>();
  /** Those of whose followers these may see something else than before. */
  private readonly doubtful = new Map<Followed, Set<ChatSocket>>();
  private ticking?: NodeJS.Timeout;
  private soon?: NodeJS.Timeout;
  private working = false;

  constructor(
    private readonly subscriptions: PresenceSubscriptions,
    private readonly keys: OnlineKeys,
    private readonly own: OwnPresence,
    private readonly news: PresenceNews,
    private readonly frames: PresenceFrames,
  ) {}

  onModuleInit(): void {
    this.news.listen((kind, person) => {
      if (kind === 'came' || kind === 'left') this.hint(person, kind === 'left');
    });
    this.ticking = setInterval(() => this.tick(performance.now()), TICK_MS).unref();
  }

  onApplicationShutdown(): void {
    clearInterval(this.ticking);
    clearTimeout(this.soon);
  }

  /** To be looked at soon. */
  look(followed: Followed): void {
    this.due.add(followed);
    this.workSoon();
  }

  /** Whether this socket may see them is to be asked anew, soon. */
  doubt(followed: Followed, socket: ChatSocket): void {
    this.keepInDoubt(followed, socket);
    this.workSoon();
  }

  private hint(person: Actor, hasLeft: boolean): void {
    const followed = this.subscriptions.find(person);
    if (followed === undefined) return;
    followed.hasLeft = hasLeft;
    followed.cameAt = hasLeft ? -Infinity : performance.now();
    this.look(followed);
  }

  private tick(now: number): void {
    for (const followed of this.subscriptions.all())
      if (now - followed.knownAt >= LOOK_MS || followed.missingSince !== undefined) this.due.add(followed);
    if (this.due.size + this.doubtful.size > 0) this.workSoon();
  }

  private workSoon(): void {
    this.soon ??= setTimeout(() => void this.work(), SOON_MS).unref();
  }

  private async work(): Promise<void> {
    this.soon = undefined;
    // What comes meanwhile is the next round's.
    if (this.working) return this.workSoon();
    this.working = true;
    try {
      const looked = [...this.due];
      this.due.clear();
      await this.read(looked);
      await this.settle(looked.flatMap(differences), this.someDoubts());
    } catch (err) {
      this.logger.error({ msg: 'presence could not be told', err });
    } finally {
      this.working = false;
    }
  }

  private async settle(different: readonly FollowerOf[], doubts: readonly FollowerOf[]): Promise<void> {
    try {
      await this.frames.settle([...different, ...doubts]);
    } catch (err) {
      if (!(err instanceof DependencyUnavailable)) throw err;
      // Without Postgres nobody is told anything. Who is different stays so; who was doubtful has to be kept in mind.
      for (const [followed, socket] of doubts) this.keepInDoubt(followed, socket);
    }
  }

  private keepInDoubt(followed: Followed, socket: ChatSocket): void {
    const known = this.doubtful.get(followed) ?? new Set();
    this.doubtful.set(followed, known.add(socket));
  }

  /** Some at a time: after an outage of Redis everything is doubtful. The rest with the next tick. */
  private someDoubts(): FollowerOf[] {
    const doubts: FollowerOf[] = [];
    for (const [followed, sockets] of this.doubtful) {
      if (doubts.length >= MOST_DOUBTS) break;
      for (const socket of sockets) doubts.push([followed, socket]);
      this.doubtful.delete(followed);
    }
    return doubts;
  }

  private async read(looked: readonly Followed[]): Promise<void> {
    const people = looked.map(({ person }) => person);
    const online = people.length === 0 ? [] : await this.keys.read(people).catch(() => undefined);
    const now = performance.now();
    if (online === undefined) return this.forget(looked, now);
    looked.forEach((followed, index) => {
      // Where keys vanish faster than they are made, whoever has a socket of theirs is believed.
      const isHeld = this.own.has(followed.person) || now - followed.cameAt < BELIEVED_MS;
      this.learn(followed, isHeld || online[index] === true, now);
    });
  }

  /** Nothing can be read. Whoever was online may be gone once a key would have ended. */
  private forget(looked: readonly Followed[], now: number): void {
    for (const followed of looked)
      if (now - followed.knownAt >= ONLINE_SECONDS * 1_000) followed.isOnline = false;
  }

  private learn(followed: Followed, isThere: boolean, now: number): void {
    const { isOnline, hasLeft, missingSince } = followed;
    followed.knownAt = now;
    followed.hasLeft = false;
    if (isThere || !isOnline || hasLeft) {
      followed.isOnline = isThere;
      followed.missingSince = undefined;
      return;
    }
    if (missingSince === undefined) {
      followed.missingSince = now;
      this.news.say('asked', followed.person);
    } else if (now - missingSince >= ANSWER_MS) {
      followed.isOnline = false;
      followed.missingSince = undefined;
    }
  }
}

/** Followers who show something else than what is known by now. */
function differences(followed: Followed): FollowerOf[] {
  const now = followed.isOnline ? 'online' : 'offline';
  return [...followed.followers]
    .filter(([, shown]) => shown !== 'hidden' && shown !== now)
    .map(([socket]) => [followed, socket]);
}
