import { Injectable, type OnApplicationShutdown, type OnModuleInit } from '@nestjs/common';
import type { Actor } from '../../common/actor';
import { tenantKey } from '../../common/tenant-key';
import { ListenersService } from '../../conversations';
import { RedisBatch, RedisConnections } from '../../redis';
import { VisibilityAnnouncer, type VisibilityChange } from '../../users';
import type { Delivery } from '../fanout/delivery';
import { DeliveryNotices } from '../fanout/delivery-notices';
import { type Typer, Typers } from './typers';
import { TypingChannel } from './typing-channel';
import { TYPING_MS, type TypingNews } from './typing-frame';
import { TypingFrames } from './typing-frames';

const SWEEP_MS = 200;
/** Whoever types on is told to the other nodes again this often, so that it does not end there. */
const SAY_AGAIN_MS = 1_000;
/** Whoever types on is asked again this often whether they may: this node may have missed that they may not. */
const ASK_AGAIN_MS = 5_000;

/**
 * How somebody's typing came to its end, where it was not time.
 * - `stopped`: at this node; the others are to be told.
 * - `parted`: likewise, by a block. Whoever heard it begin hears it end, and then nothing more.
 * - a list: with a change that every node hears of, by those who heard that.
 */
type End = 'stopped' | 'parted' | readonly string[];

/** Where somebody's typing comes from. */
export interface TypingSocket {
  readonly id: string;
  readonly connected: boolean;
}

/**
 * Who is typing, told to the others in a conversation: when it begins and when it ends, however often it is said in
 * between. Each node ends by itself what it heard of; what one forgets with its process ends so, too.
 */
@Injectable()
export class TypingService implements OnModuleInit, OnApplicationShutdown {
  private readonly typers = new Typers();
  /** Those that are being asked for: what ends typing ends these, too. By conversation and person. */
  private readonly starting = new Map<string, { readonly userId: string }>();
  private stopped: TypingNews[] = [];
  private timer?: NodeJS.Timeout;

  constructor(
    private readonly listeners: ListenersService,
    private readonly frames: TypingFrames,
    private readonly notices: DeliveryNotices,
    private readonly visibility: VisibilityAnnouncer,
    private readonly channel: TypingChannel,
    private readonly batch: RedisBatch,
    private readonly connections: RedisConnections,
  ) {}

  onModuleInit(): void {
    this.batch.onTick(() => this.sayAll(performance.now()));
    this.channel.listen((news) => this.hear(news, performance.now()));
    this.notices.listen((delivery) => this.notice(delivery));
    this.visibility.listen((change) => this.separate(change));
  }

  onApplicationShutdown(): void {
    clearInterval(this.timer);
  }

  /**
   * For the next five seconds.
   *
   * @throws ConversationNotFound when the actor is no member; DependencyUnavailable
   */
  async start(actor: Actor, conversationId: string, socket: TypingSocket): Promise<void> {
    const { tenantId, userId } = actor;
    const known = this.typers.find(conversationId, userId);
    if (known?.own !== undefined && performance.now() - known.own.askedAt < ASK_AGAIN_MS) {
      known.until = performance.now() + TYPING_MS;
      known.own.socketId = socket.id;
      return;
    }
    const askedAt = performance.now();
    const audience = await this.askFor(actor, conversationId);
    if (audience === undefined || !socket.connected) return;
    if (audience.length === 0) return this.end(conversationId, userId, 'stopped');
    const own = { socketId: socket.id, askedAt, saidUntil: 0, saidAt: -Infinity };
    const until = performance.now() + TYPING_MS;
    this.begin({ tenantId, conversationId, userId, audience, until, own });
  }

  /** Ends it, if this person was typing there. Whoever was not is told nothing else. */
  stop({ userId }: Actor, conversationId: string): void {
    this.end(conversationId, userId, 'stopped');
  }

  /** This socket is gone, and what was typed at it ends. */
  leave(socketId: string): void {
    if (this.typers.isEmpty) return;
    for (const { own, conversationId, userId } of this.typers.all())
      if (own?.socketId === socketId) this.end(conversationId, userId, 'stopped');
  }

  /** @returns undefined when it has ended, or begun anew, before it was known who may hear it. */
  private async askFor(actor: Actor, conversationId: string): Promise<readonly string[] | undefined> {
    const key = keyOf(conversationId, actor.userId);
    const ticket = { userId: actor.userId };
    this.starting.set(key, ticket);
    try {
      const audience = await this.listeners.of(actor, conversationId);
      return this.starting.get(key) === ticket ? audience : undefined;
    } catch (refusal) {
      this.end(conversationId, actor.userId, 'stopped');
      throw refusal;
    } finally {
      if (this.starting.get(key) === ticket) this.starting.delete(key);
    }
  }

  private begin(typer: Typer): void {
    const known = this.typers.find(typer.conversationId, typer.userId);
    if (known === undefined && this.typers.isFull) return;
    this.typers.add(typer);
    this.timer ??= setInterval(() => this.sweep(performance.now()), SWEEP_MS).unref();
    if (typer.own !== undefined) this.batch.wake();
    if (known !== undefined) return;
    // Its own people's audience was asked for a moment ago.
    if (typer.own !== undefined) this.frames.tellNow(typer, true);
    else this.frames.tell(typer, true);
  }

  private end(conversationId: string, userId: string, end: End): void {
    const typer = this.endHere(conversationId, userId, end);
    if (typer === undefined || (end !== 'stopped' && end !== 'parted')) return;
    const { tenantId, audience } = typer;
    const news = { tenantId, conversationId, userId, audience, forMs: 0 };
    this.stopped.push(end === 'parted' ? { ...news, parted: true } : news);
    this.batch.wake();
  }

  /** @returns who was typing; undefined where nobody was. */
  private endHere(conversationId: string, userId: string, end: End): Typer | undefined {
    this.starting.delete(keyOf(conversationId, userId));
    const typer = this.typers.remove(conversationId, userId);
    if (typer === undefined) return undefined;
    if (end === 'stopped') this.frames.tell(typer, false);
    else if (end === 'parted') this.frames.tellNow(typer, false);
    else
      this.frames.tellNow({ ...typer, audience: typer.audience.filter((one) => end.includes(one)) }, false);
    if (typer.own !== undefined) this.batch.say('del', this.redisKey(typer));
    return typer;
  }

  private hear({ forMs, parted, ...who }: TypingNews, now: number): void {
    if (forMs === 0) return void this.endHere(who.conversationId, who.userId, parted ? 'parted' : 'stopped');
    const known = this.typers.find(who.conversationId, who.userId);
    const until = Math.max(known?.until ?? 0, now + forMs);
    this.begin({ ...who, until, own: known?.own });
  }

  /** Every node sees every change: whoever sends has stopped typing, and whoever is out hears nothing more. */
  private notice({ conversationId, audience, packet }: Delivery): void {
    if (packet === null || (this.typers.isEmpty && this.starting.size === 0)) return;
    const { message, userId } = packet.payload as { message?: { senderId?: unknown }; userId?: unknown };
    if (packet.event === 'new_message' && typeof message?.senderId === 'string')
      this.end(conversationId, message.senderId, audience);
    if (packet.event !== 'participant_removed' || typeof userId !== 'string') return;
    this.end(conversationId, userId, audience);
    for (const typer of this.typers.in(conversationId))
      typer.audience = typer.audience.filter((listener) => listener !== userId);
  }

  /** Where only these two are, neither hears the other any more. */
  private separate({ person: { userId }, towardsId }: VisibilityChange): void {
    if (towardsId === undefined) return;
    for (const typer of this.typers.all()) {
      const areBoth = [userId, towardsId].includes(typer.userId);
      if (areBoth && typer.audience.every((listener) => [userId, towardsId].includes(listener)))
        this.end(typer.conversationId, typer.userId, 'parted');
    }
    for (const [key, starting] of this.starting)
      if ([userId, towardsId].includes(starting.userId)) this.starting.delete(key);
  }

  private sweep(now: number): void {
    // Each node counts for itself, and has been told how long.
    for (const typer of this.typers.takeOver(now)) this.frames.tell(typer, false);
    if (this.typers.all().some((typer) => isToBeSaid(typer, now))) this.batch.wake();
    if (!this.typers.isEmpty) return;
    clearInterval(this.timer);
    this.timer = undefined;
  }

  private sayAll(now: number): void {
    const began = this.typers.all().filter((typer) => isToBeSaid(typer, now));
    for (const typer of began) {
      this.batch.say('set', this.redisKey(typer), '1', 'PX', Math.ceil(typer.until - now));
      Object.assign(typer.own ?? {}, { saidUntil: typer.until, saidAt: now });
    }
    this.channel.say([...this.stopped, ...began.map((typer) => newsOf(typer, now))]);
    this.stopped = [];
  }

  private redisKey({ tenantId, conversationId, userId }: Typer): string {
    return this.connections.key(tenantKey(tenantId, `typing:${conversationId}:${userId}`));
  }
}

function keyOf(conversationId: string, userId: string): string {
  return `${conversationId}/${userId}`;
}

function isToBeSaid({ own, until }: Typer, now: number): boolean {
  return own !== undefined && until > now && until !== own.saidUntil && now - own.saidAt >= SAY_AGAIN_MS;
}

function newsOf({ tenantId, conversationId, userId, audience, until }: Typer, now: number): TypingNews {
  return { tenantId, conversationId, userId, audience, forMs: Math.min(until - now, TYPING_MS) };
}
