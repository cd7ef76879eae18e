import { once } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';
import { Logger } from '@nestjs/common';
import { Redis } from 'ioredis';
import { OutageLog } from './outage-log';
import { linkOptions } from './redis-link.options';

const GOODBYE_MS = 500;

/** One connection to Redis. Once opened it comes back by itself, until it is closed. */
export class RedisLink {
  readonly client: Redis;
  private closing = false;

  /** @param answerWithinMs how long an answer is waited for; half a second unless it is to carry much at once. */
  constructor(url: string, name: string, answerWithinMs?: number) {
    this.client = new Redis(url, linkOptions(`chat-backend:${name}`, answerWithinMs));
    const outage = new OutageLog(new Logger(RedisLink.name), name);
    this.client.on('error', (error: Error) => outage.lost(error));
    this.client.on('close', () => {
      if (!this.closing) outage.lost();
    });
    this.client.on('ready', () => outage.found());
  }

  get ready(): boolean {
    return this.client.status === 'ready';
  }

  /** Begins to dial. Waits for an answer as long as `patienceMs`, and is content without one. */
  async open(patienceMs: number): Promise<void> {
    await Promise.race([
      this.client.connect().catch(() => undefined),
      delay(patienceMs, undefined, { ref: false }),
    ]);
  }

  /** Hangs up and dials anew: for a link that is up and yet nothing comes through. */
  redial(): void {
    if (this.ready) this.client.disconnect(true);
  }

  /** What is still to be sent is sent, if Redis takes it soon. Nothing of the link is left afterwards. */
  async close(): Promise<void> {
    this.closing = true;
    const connected = this.ready || this.client.status === 'connect';
    const ended = connected && once(this.client, 'end').catch(() => undefined);
    this.client.disconnect();
    if (connected) await Promise.race([ended, delay(GOODBYE_MS, undefined, { ref: false })]);
  }
}
