import { Injectable, type OnApplicationShutdown, type OnModuleInit } from '@nestjs/common';
import { BEAT_MS, ONLINE_SECONDS, OnlineKeys, PresenceNews } from '../../presence';
import { FrameListener } from '../frames/frame-listener';
import { PresenceSubscriptions } from './presence-subscriptions';

/** A process that lives says of its people again that they are online within this, with a few seconds to spare. */
const SAID_WITHIN_MS = BEAT_MS + 6_000;

/**
 * The people of a node that has died are online until their keys end, which takes thirty seconds at most. Whoever
 * follows them is to know by then: they are seen to a little earlier, when those of all nodes that live have spoken.
 */
@Injectable()
export class DeadNodePresence implements OnModuleInit, OnApplicationShutdown {
  private readonly timers = new Set<NodeJS.Timeout>();

  constructor(
    private readonly frames: FrameListener,
    private readonly subscriptions: PresenceSubscriptions,
    private readonly keys: OnlineKeys,
    private readonly news: PresenceNews,
  ) {}

  onModuleInit(): void {
    this.frames.onSilence(() => this.lookLater());
  }

  onApplicationShutdown(): void {
    for (const timer of this.timers) clearTimeout(timer);
  }

  private lookLater(): void {
    const timer = setTimeout(() => {
      this.timers.delete(timer);
      // While Redis is away nothing is known, and nothing is to be done.
      this.look().catch(() => undefined);
    }, SAID_WITHIN_MS).unref();
    this.timers.add(timer);
  }

  /** Whoever was not said to be online for so long is spoken for: should they be somewhere, it is said again at once. */
  private async look(): Promise<void> {
    const online = [...this.subscriptions.all()].filter(({ isOnline }) => isOnline);
    const people = online.map(({ person }) => person);
    const remaining = await this.keys.remainingMs(people);
    people.forEach((person, index) => {
      if ((remaining[index] ?? 0) > ONLINE_SECONDS * 1_000 - SAID_WITHIN_MS) return;
      this.keys.beOffline(person);
      this.news.say('left', person);
    });
  }
}
