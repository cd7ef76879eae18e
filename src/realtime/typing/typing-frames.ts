import { Injectable, Logger, type OnApplicationShutdown } from '@nestjs/common';
import { DependencyUnavailable } from '../../common/problem';
import { type Hearing, ListenersService } from '../../conversations';
import { isBehind } from '../backlog/is-behind';
import { LocalSockets } from '../fanout/local-sockets';

/** What comes in this time is asked about together. */
const SOON_MS = 50;
const AFTER_FAILURE_MS = 1_000;
/** Asked about in one statement. */
const MOST_AT_ONCE = 500;
/** As many as may type at once. Only where Postgres is away do so many wait. */
const MOST_WAITING = 10_000;

/** Somebody who types, or has stopped. */
export interface Typing {
  readonly tenantId: string;
  readonly conversationId: string;
  readonly userId: string;
  /** Who might hear it. */
  readonly audience: readonly string[];
}

interface Waiting {
  readonly typing: Typing;
  readonly isTyping: boolean;
}

/**
 * Tells the devices here who types. Who may hear it is asked of Postgres each time, unless that was just done: an audience
 * is as old as the typing, longer where another node says it, and whoever was removed or blocked meanwhile must not hear
 * of it, also where that is not known here because Redis is away.
 */
@Injectable()
export class TypingFrames implements OnApplicationShutdown {
  private readonly logger = new Logger(TypingFrames.name);
  private readonly waiting = new Map<string, Waiting>();
  private readonly asking = new Set<string>();
  private timer?: NodeJS.Timeout;
  private stopped = false;

  constructor(
    private readonly listeners: ListenersService,
    private readonly sockets: LocalSockets,
  ) {}

  onApplicationShutdown(): void {
    this.stopped = true;
    clearTimeout(this.timer);
  }

  /** Those of the audience who may hear it by then, soon. */
  tell(typing: Typing, isTyping: boolean): void {
    const key = keyOf(typing);
    if (this.takeBack(key, isTyping) || !this.isHeardHere(typing)) return;
    if (this.waiting.size >= MOST_WAITING && !this.waiting.has(key)) return;
    this.waiting.set(key, { typing, isTyping });
    this.workIn(SOON_MS);
  }

  /** The whole audience, at once: it is known to be right. After what is still to be told of the same, if there is any. */
  tellNow(typing: Typing, isTyping: boolean): void {
    const key = keyOf(typing);
    if (this.takeBack(key, isTyping)) return;
    if (this.asking.has(key)) this.tell(typing, isTyping);
    else this.emit(typing, isTyping, typing.audience);
  }

  /** Where the opposite waits to be told neither is. */
  private takeBack(key: string, isTyping: boolean): boolean {
    const waiting = this.waiting.get(key);
    return waiting !== undefined && waiting.isTyping !== isTyping && this.waiting.delete(key);
  }

  private workIn(ms: number): void {
    if (this.stopped || this.asking.size > 0) return;
    this.timer ??= setTimeout(() => void this.work(), ms).unref();
  }

  private async work(): Promise<void> {
    const some = [...this.waiting].slice(0, MOST_AT_ONCE);
    for (const [key] of some) {
      this.waiting.delete(key);
      this.asking.add(key);
    }
    const next = await this.ask(some.map(([, waiting]) => waiting));
    this.asking.clear();
    this.timer = undefined;
    if (this.waiting.size > 0) this.workIn(next);
  }

  /** @returns after how long the next may be asked about. */
  private async ask(some: readonly Waiting[]): Promise<number> {
    // All may have been taken back.
    if (some.length === 0) return SOON_MS;
    try {
      const hearings = await this.listeners.hearings(some.map(({ typing }) => typing));
      some.forEach((one, index) => this.settle(one, hearings[index]));
      return SOON_MS;
    } catch (err) {
      if (!(err instanceof DependencyUnavailable)) {
        this.logger.error({ msg: 'who types could not be told', err });
        return SOON_MS;
      }
      for (const one of some) this.putBack(one);
      return AFTER_FAILURE_MS;
    }
  }

  private settle({ typing, isTyping }: Waiting, hearing: Hearing | undefined): void {
    // Who is no member may have stopped typing, and has not begun.
    if (hearing === undefined || this.stopped || (isTyping && !hearing.isMember)) return;
    const may = new Set(hearing.listeners);
    this.emit(
      typing,
      isTyping,
      typing.audience.filter((listener) => may.has(listener)),
    );
  }

  /** What came meanwhile is later. */
  private putBack({ typing, isTyping }: Waiting): void {
    const key = keyOf(typing);
    const later = this.waiting.get(key);
    if (later === undefined) this.waiting.set(key, { typing, isTyping });
    else if (later.isTyping !== isTyping) this.waiting.delete(key);
  }

  private emit(
    { tenantId, conversationId, userId }: Typing,
    isTyping: boolean,
    audience: readonly string[],
  ): void {
    for (const listener of audience)
      for (const socket of this.sockets.of({ tenantId, userId: listener }))
        if (!isBehind(socket)) socket.emit('user_typing', { conversationId, userId, isTyping });
  }

  private isHeardHere({ tenantId, audience }: Typing): boolean {
    return this.sockets.include(tenantId, audience);
  }
}

function keyOf({ conversationId, userId }: Typing): string {
  return `${conversationId}/${userId}`;
}
