import { Injectable, Logger, type OnModuleInit } from '@nestjs/common';
import { RedisBatch, RedisChannels, RedisConnections } from '../../redis';
import { FrameChannels } from '../frames/frame-channels';
import { decodeTyping, encodeTyping, type TypingNews } from './typing-frame';

const MOST_IN_A_FRAME = 200;

/**
 * What nodes tell each other about who is typing. Not among their numbered frames: nobody who missed it needs to be
 * told so, it is over in five seconds.
 */
@Injectable()
export class TypingChannel implements OnModuleInit {
  private readonly logger = new Logger(TypingChannel.name);
  private readonly channel: string;
  private malformed = 0;
  private hear: (news: TypingNews) => void = () => undefined;

  constructor(
    connections: RedisConnections,
    private readonly channels: RedisChannels,
    private readonly batch: RedisBatch,
    private readonly names: FrameChannels,
  ) {
    this.channel = connections.key('typing-news');
  }

  onModuleInit(): void {
    this.channels.listen(this.channel, (_channel, text) => this.take(text));
  }

  /** @param hear called with what other nodes say. */
  listen(hear: (news: TypingNews) => void): void {
    this.hear = hear;
  }

  /** With the next pipeline. */
  say(typing: readonly TypingNews[]): void {
    for (let from = 0; from < typing.length; from += MOST_IN_A_FRAME) {
      const frame = { node: this.names.node, typing: typing.slice(from, from + MOST_IN_A_FRAME) };
      this.batch.say('publish', this.channel, encodeTyping(frame));
    }
  }

  private take(text: string): void {
    const frame = decodeTyping(text);
    if (frame === undefined) {
      this.malformed++;
      if (this.malformed === 1) this.logger.warn({ msg: 'something that is no news of typing was skipped' });
      return;
    }
    if (frame.node === this.names.node) return;
    for (const news of frame.typing) this.hear(news);
  }
}
