import { Injectable, Logger, type OnApplicationShutdown, type OnModuleInit } from '@nestjs/common';
import { unattended } from '../../common/unattended';
import { RedisChannels, RedisHealth } from '../../redis';
import { CatchUp } from '../fanout/catch-up';
import { ConversationSequencer } from '../fanout/conversation-sequencer';
import { decodeFrame } from './frame';
import { FrameChannels } from './frame-channels';
import { GETTING_TO_KNOW_MS, SenderNumbers } from './sender-numbers';

const LOOK_MS = 1_000;

/** Hears what the other nodes have committed, and notices when it did not hear all of it. */
@Injectable()
export class FrameListener implements OnModuleInit, OnApplicationShutdown {
  private readonly logger = new Logger(FrameListener.name);
  private readonly numbers = new SenderNumbers(performance.now());
  private readonly onSilenceListeners: (() => void)[] = [];
  private malformed = 0;
  private timer?: NodeJS.Timeout;

  constructor(
    private readonly channels: RedisChannels,
    private readonly health: RedisHealth,
    private readonly names: FrameChannels,
    private readonly sequencer: ConversationSequencer,
    private readonly catchUp: CatchUp,
  ) {}

  /** Frames that were none, since the start. */
  get malformedFrames(): number {
    return this.malformed;
  }

  /** Whether all that the other nodes say is heard here, as far as is known: a loss is noticed within five seconds. */
  get hearsEverybody(): boolean {
    return this.health.healthy && this.numbers.missing.length === 0;
  }

  /** Nodes that were heard once and are not heard now. */
  get missingNodes(): readonly string[] {
    return this.numbers.missing;
  }

  /** They are gone for good, and others have told what they had left to tell: nobody waits for them any more. */
  forget(nodes: readonly string[]): void {
    this.numbers.forget(nodes);
  }

  /** Called when other nodes have said nothing for so long that they may be gone. */
  onSilence(listener: () => void): void {
    this.onSilenceListeners.push(listener);
  }

  onModuleInit(): void {
    this.channels.onSubscribed(() => this.beginAnew());
    this.channels.listen(this.names.all, (channel, text) => this.take(channel, text));
    this.timer = setInterval(
      unattended('looking for silent nodes', () => this.look()),
      LOOK_MS,
    ).unref();
  }

  onApplicationShutdown(): void {
    clearInterval(this.timer);
  }

  /**
   * The link was away for a while, and nobody repeats what was said meanwhile. The sync comes after the others
   * are known again, so that it brings whatever was said before their first number here.
   */
  private beginAnew(): void {
    this.numbers.restart(performance.now());
    this.catchUp.everybody({ notBeforeMs: GETTING_TO_KNOW_MS });
  }

  private take(channel: string, text: string): void {
    if (channel === this.names.own) return;
    const frame = decodeFrame(text);
    if (frame === undefined) {
      this.malformed++;
      if (this.malformed === 1) this.logger.warn({ msg: 'something that is no frame was skipped', channel });
      return;
    }
    const loss = this.numbers.hear(frame, performance.now());
    if (loss !== 'none') {
      this.logger.warn({ msg: 'frames of another node were lost', node: frame.node, n: frame.n });
      this.catchUp.everybody({ forAges: loss === 'ages' });
    }
    for (const delivery of frame.deliveries) this.sequencer.accept(delivery);
  }

  /** While the own link is down nobody is heard; that is made good when it is back. */
  private look(): void {
    if (!this.health.healthy) return this.numbers.hearsNobody(performance.now());
    const fallenSilent = this.numbers.fallenSilent(performance.now());
    if (fallenSilent === 0) return;
    this.logger.warn({ msg: 'other nodes fell silent', nodes: fallenSilent });
    this.catchUp.everybody();
    for (const listener of this.onSilenceListeners) listener();
  }
}
