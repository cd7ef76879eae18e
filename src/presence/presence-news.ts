import { Injectable, Logger, type OnModuleInit } from '@nestjs/common';
import type { Actor } from '../common/actor';
import { DatabaseConfig } from '../config';
import { RedisBatch, RedisChannels, RedisConnections } from '../redis';
import { decodeNews, encodeNews, NEWS_KINDS, type NewsKind } from './news-frame';

/** What one frame carries; more go out in several. */
const MOST_IN_A_FRAME = 1_000;
/** Changes that wait for Redis to be back. Beyond, they are forgotten: whoever listened was cut off as well. */
const MOST_KEPT = 10_000;

type NewsListener = (kind: NewsKind, person: Actor, isOwn: boolean) => void;

/**
 * What the processes tell each other about who is there: hints, that make haste. What is lost of them comes out by
 * the keys, a little later; only `changed` is said until it was said.
 */
@Injectable()
export class PresenceNews implements OnModuleInit {
  private readonly logger = new Logger(PresenceNews.name);
  private readonly channel: string;
  private readonly listeners: NewsListener[] = [];
  private readonly pending = new Map<NewsKind, Actor[]>();
  private malformed = 0;

  constructor(
    connections: RedisConnections,
    private readonly channels: RedisChannels,
    private readonly batch: RedisBatch,
    private readonly config: DatabaseConfig,
  ) {
    this.channel = connections.key('presence-news');
  }

  onModuleInit(): void {
    this.batch.onTick(() => this.publish());
    this.channels.listen(this.channel, (_channel, text) => this.take(text));
  }

  /** Tells this process now, and the others with the next pipeline. */
  say(kind: NewsKind, person: Actor): void {
    this.keep(kind, [person]);
    this.batch.wake();
    this.tell(kind, person, true);
  }

  /** Called with all that is said, here and by others. */
  listen(listener: NewsListener): void {
    this.listeners.push(listener);
  }

  private publish(): void {
    for (const kind of NEWS_KINDS) {
      const people = this.pending.get(kind) ?? [];
      this.pending.delete(kind);
      for (let from = 0; from < people.length; from += MOST_IN_A_FRAME)
        this.publishSome(kind, people.slice(from, from + MOST_IN_A_FRAME));
    }
  }

  private publishSome(kind: NewsKind, people: readonly Actor[]): void {
    const text = encodeNews({ node: this.config.nodeId, kind, people });
    this.batch.ask('publish', this.channel, text).catch(() => {
      if (kind === 'changed') this.keep(kind, people);
    });
  }

  private keep(kind: NewsKind, people: readonly Actor[]): void {
    const waiting = this.pending.get(kind);
    if (waiting === undefined) this.pending.set(kind, [...people]);
    else if (waiting.length < MOST_KEPT) waiting.push(...people);
  }

  private take(text: string): void {
    const news = decodeNews(text);
    if (news === undefined) {
      this.malformed++;
      if (this.malformed === 1)
        this.logger.warn({ msg: 'something that is no news of presence was skipped' });
      return;
    }
    if (news.node === this.config.nodeId) return;
    for (const person of news.people) this.tell(news.kind, person, false);
  }

  private tell(kind: NewsKind, person: Actor, isOwn: boolean): void {
    for (const listener of this.listeners) listener(kind, person, isOwn);
  }
}
