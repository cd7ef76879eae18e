import type { RedisChannels } from '../../../src/redis';

type Listener = (channel: string, text: string) => void;

/** Publish and subscribe between nodes of one test, with links that can be cut. Nothing said to a cut link is kept. */
export class RedisStandIn {
  private readonly links: StandInLink[] = [];

  link(): StandInLink {
    const link = new StandInLink((channel, text) => {
      for (const other of this.links) other.hear(channel, text);
    });
    this.links.push(link);
    return link;
  }
}

/** One node's end, in the place of `RedisChannels`. */
export class StandInLink implements Pick<RedisChannels, 'publish' | 'listen' | 'onSubscribed'> {
  private readonly listeners = new Map<string, Listener>();
  private readonly subscribed: (() => void)[] = [];
  private away = false;
  /** What is published is lost on the way, and the one who publishes knows nothing of it. */
  swallows = false;

  constructor(private readonly say: Listener) {}

  get healthy(): boolean {
    return !this.away;
  }

  publish(channel: string, text: string): Promise<void> {
    if (this.away) return Promise.reject(new Error('Redis is away'));
    if (!this.swallows) this.say(channel, text);
    return Promise.resolve();
  }

  listen(pattern: string, listener: Listener): void {
    this.listeners.set(pattern, listener);
  }

  onSubscribed(listener: () => void): void {
    this.subscribed.push(listener);
  }

  cut(): void {
    this.away = true;
  }

  heal(): void {
    this.away = false;
    for (const listener of this.subscribed) listener();
  }

  hear(channel: string, text: string): void {
    if (this.away) return;
    for (const [pattern, listener] of this.listeners) {
      if (channel.startsWith(pattern.replace('*', ''))) setImmediate(() => listener(channel, text));
    }
  }
}
