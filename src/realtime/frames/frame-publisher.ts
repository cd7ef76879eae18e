import { Injectable, type OnApplicationShutdown, type OnModuleInit } from '@nestjs/common';
import { RedisChannels } from '../../redis';
import type { Delivery } from '../fanout/delivery';
import { encodeFrame, type Frame } from './frame';
import { FrameChannels } from './frame-channels';

const BEAT_MS = 1_000;
/** What a group commit announces at once goes out in few frames, none of them huge. */
const MOST_IN_A_FRAME = 32;

/** Tells the other nodes what this one has committed. Nobody waits for it. */
@Injectable()
export class FramePublisher implements OnModuleInit, OnApplicationShutdown {
  private n = 0;
  private timer?: NodeJS.Timeout;

  constructor(
    private readonly channels: RedisChannels,
    private readonly names: FrameChannels,
  ) {}

  onModuleInit(): void {
    // The sooner others know the number, the sooner they can miss one.
    this.channels.onSubscribed(() => void this.say('beat'));
    this.timer = setInterval(() => void this.say('beat'), BEAT_MS).unref();
  }

  async onApplicationShutdown(): Promise<void> {
    clearInterval(this.timer);
    await this.say('bye');
  }

  publish(deliveries: readonly Delivery[]): void {
    for (let from = 0; from < deliveries.length; from += MOST_IN_A_FRAME) {
      this.n++;
      void this.say('changes', deliveries.slice(from, from + MOST_IN_A_FRAME));
    }
  }

  /** A failure is not mended and not told: the next frame that arrives shows that a number is missing. */
  private async say(kind: Frame['kind'], deliveries: readonly Delivery[] = []): Promise<void> {
    const frame: Frame = { node: this.names.node, n: this.n, kind, deliveries };
    await this.channels.publish(this.names.own, encodeFrame(frame)).catch(() => undefined);
  }
}
