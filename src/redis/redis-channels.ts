import { Injectable, Logger, type OnModuleInit } from '@nestjs/common';
import { RedisConnections } from './redis-connections';

type ChannelListener = (channel: string, text: string) => void;

/** Publish and subscribe. What is said while a link is down is gone, for those who speak and those who listen. */
@Injectable()
export class RedisChannels implements OnModuleInit {
  private readonly logger = new Logger(RedisChannels.name);
  private readonly listeners = new Map<string, ChannelListener>();
  private readonly onSubscribedListeners: (() => void)[] = [];

  constructor(private readonly connections: RedisConnections) {}

  onModuleInit(): void {
    const { client } = this.connections.subscriberLink;
    client.on('ready', () => void this.takeOver());
    client.on('pmessage', (pattern: string, channel: string, text: string) =>
      this.hear(pattern, channel, text),
    );
    if (this.connections.subscriberLink.ready) void this.takeOver();
  }

  /** @throws at once when Redis is away, soon when it does not answer. Whether anybody heard is not known. */
  async publish(channel: string, text: string): Promise<void> {
    await this.connections.commands.publish(channel, text);
  }

  /** Hears all channels that match `pattern`, from now on and after every reconnect. One listener for a pattern. */
  listen(pattern: string, listener: ChannelListener): void {
    this.listeners.set(pattern, listener);
    if (this.connections.subscriberLink.ready) void this.subscribe([pattern]);
  }

  /** Called whenever a new connection has taken over the listening: what was said in between was missed. */
  onSubscribed(listener: () => void): void {
    this.onSubscribedListeners.push(listener);
  }

  private async takeOver(): Promise<void> {
    // One command for all: whoever hears on one of them knows that the others stand as well.
    const subscribed = await this.subscribe([...this.listeners.keys()]);
    if (subscribed) for (const listener of this.onSubscribedListeners) this.guarded(listener);
  }

  private async subscribe(patterns: readonly string[]): Promise<boolean> {
    try {
      if (patterns.length > 0) await this.connections.subscriberLink.client.psubscribe(...patterns);
      return true;
    } catch {
      // A connection that does not listen is of no use; the next one will be asked again.
      this.connections.subscriberLink.redial();
      return false;
    }
  }

  private hear(pattern: string, channel: string, text: string): void {
    this.guarded(() => this.listeners.get(pattern)?.(channel, text));
  }

  private guarded(work: () => void): void {
    try {
      work();
    } catch (err) {
      this.logger.error({ msg: 'a listener failed', err });
    }
  }
}
