import { randomUUID } from 'node:crypto';
import { Injectable, Logger, type OnApplicationShutdown, type OnModuleInit } from '@nestjs/common';
import { Heartbeat } from './heartbeat';
import { RedisChannels } from './redis-channels';
import { RedisConnections } from './redis-connections';

const INTERVAL_MS = 1_000;

/**
 * Whether Redis can be reached, both ways. A connection that looks open proves nothing (a black hole does), so
 * this process says a number to itself every second, by one connection, and must hear it by the other.
 */
@Injectable()
export class RedisHealth implements OnModuleInit, OnApplicationShutdown {
  private readonly logger = new Logger(RedisHealth.name);
  private readonly heartbeat = new Heartbeat(INTERVAL_MS);
  private readonly channel: string;
  private timer?: NodeJS.Timeout;

  constructor(
    private readonly connections: RedisConnections,
    private readonly channels: RedisChannels,
  ) {
    this.channel = connections.key(`health:${randomUUID()}`);
  }

  /** False within three seconds of Redis being lost, however it was lost. */
  get healthy(): boolean {
    return this.heartbeat.heard && this.linked;
  }

  onModuleInit(): void {
    this.channels.listen(this.channel, (_channel, text) => this.heartbeat.hear(Number(text)));
    this.channels.onSubscribed(() => {
      this.heartbeat.restart();
      this.beat();
    });
    this.timer = setInterval(() => this.tick(), INTERVAL_MS).unref();
  }

  onApplicationShutdown(): void {
    clearInterval(this.timer);
  }

  private tick(): void {
    if (!this.linked) this.heartbeat.restart();
    else if (this.heartbeat.isMute(performance.now())) this.redial();
    else this.beat();
  }

  private redial(): void {
    this.logger.warn({ msg: 'Redis does not answer, dialling anew' });
    this.connections.commandLink.redial();
    this.connections.subscriberLink.redial();
  }

  private beat(): void {
    const text = String(this.heartbeat.next());
    // Its failure is what is being looked for; it shows in nothing being heard.
    this.channels.publish(this.channel, text).catch(() => undefined);
  }

  private get linked(): boolean {
    return this.connections.commandLink.ready && this.connections.subscriberLink.ready;
  }
}
