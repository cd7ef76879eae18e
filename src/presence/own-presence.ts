import { Injectable, type OnApplicationShutdown, type OnModuleInit } from '@nestjs/common';
import type { Actor } from '../common/actor';
import { RedisBatch } from '../redis';
import { LastSeen } from './last-seen/last-seen';
import { OnlineKeys } from './online-keys';
import { PeopleHere } from './people-here';
import type { NewsKind } from './news-frame';
import { PresenceNews } from './presence-news';

const LOOK_MS = 1_000;
/** For those who were here when this process stopped to come back, to another. */
const COME_BACK_SECONDS = 5;

/** Says for the people who have sockets at this process that they are online. */
@Injectable()
export class OwnPresence implements OnModuleInit, OnApplicationShutdown {
  private readonly here = new PeopleHere();
  private timer?: NodeJS.Timeout;

  constructor(
    private readonly keys: OnlineKeys,
    private readonly news: PresenceNews,
    private readonly lastSeen: LastSeen,
    private readonly batch: RedisBatch,
  ) {}

  onModuleInit(): void {
    this.news.listen((kind, person, isOwn) => this.hear(kind, person, isOwn));
    this.timer = setInterval(() => this.look(performance.now()), LOOK_MS).unref();
  }

  /** The sockets are closed by now. Where people have come back elsewhere already, that process says so. */
  async onApplicationShutdown(): Promise<void> {
    clearInterval(this.timer);
    for (const person of this.here.takeAll()) {
      this.keys.beOfflineSoon(person, COME_BACK_SECONDS);
      this.news.say('asked', person);
    }
    await this.batch.flush();
  }

  /** Another socket of this person was opened here. */
  enter(person: Actor): void {
    if (!this.here.enter(person, performance.now())) return;
    this.lastSeen.note(person);
    this.sayOnline(person);
  }

  /** One of them was closed. */
  leave(person: Actor): void {
    if (!this.here.leave(person, performance.now())) return;
    this.lastSeen.note(person);
    this.news.say('asked', person);
  }

  /** Whether this person has a socket here now. */
  has(person: Actor): boolean {
    return this.here.has(person);
  }

  private hear(kind: NewsKind, person: Actor, isOwn: boolean): void {
    if ((kind === 'asked' || kind === 'left') && this.here.has(person)) this.sayOnline(person);
    if (kind === 'came' && !isOwn) this.here.areElsewhere(person);
  }

  private sayOnline(person: Actor): void {
    this.keys.beOnline(person);
    this.news.say('came', person);
  }

  private look(now: number): void {
    for (const person of this.here.dueForBeat(now)) this.keys.beOnline(person);
    for (const person of this.here.dueForRecord(now)) this.lastSeen.note(person);
    for (const person of this.here.takeGone(now)) {
      this.keys.beOffline(person);
      this.news.say('left', person);
    }
  }
}
