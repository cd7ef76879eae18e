import { setTimeout as delay } from 'node:timers/promises';
import { Logger } from '@nestjs/common';
import { Background, type BackgroundTask } from '../../common/background';
import { type Unread, UnreadService } from '../../conversations';
import { Metrics } from '../../telemetry';
import { FrameListener } from '../frames/frame-listener';
import { ToldCounts } from './told-counts';
import { says, UnreadCache } from './unread-cache';
import { UnreadCounts } from './unread-counts';

/** Of what is remembered, in each round. */
const SAMPLE = 100;
/**
 * What was changed a moment ago is on its way to the devices: it is told by then, whatever else there is to do. And what
 * this node did not hear of, it knows by then that it may have missed.
 */
const ON_ITS_WAY_MS = 5_000;

type Place = 'devices' | 'redis';

/** What is wrong, and where. It is drift once it is found a second time, and nobody has touched it in between. */
interface Doubt {
  readonly place: Place;
  /** What the devices were told. */
  readonly told: Unread;
  /** What Redis says. */
  readonly cached: string | null;
}

/**
 * Looks up some of the counts that devices at this node were told, to see that they are still true, and that Redis says
 * the same. Every node does it for its own devices. There should be nothing to find: what is found is told right,
 * and counted, but for what other nodes did while they could not be heard.
 */
@Background()
export class UnreadCheck implements BackgroundTask {
  readonly name = 'unread counts';
  readonly intervalMs = 10_000;
  private readonly logger = new Logger(UnreadCheck.name);
  private readonly drift: ReturnType<Metrics['counter']>;

  constructor(
    metrics: Metrics,
    private readonly unread: UnreadService,
    private readonly counts: UnreadCounts,
    private readonly told: ToldCounts,
    private readonly cache: UnreadCache,
    private readonly frames: FrameListener,
  ) {
    this.drift = metrics.counter(
      {
        name: 'chat_unread_drift_total',
        help: 'Unread counts, of those looked at again, that devices were told wrong or Redis had wrong. Should stay 0.',
      },
      ['place'],
    );
    for (const place of ['devices', 'redis'] satisfies Place[]) this.drift.inc({ place }, 0);
  }

  /** @throws DependencyUnavailable */
  async run(signal: AbortSignal): Promise<void> {
    if (this.frames.hearsEverybody) this.counts.horizon.advance(await this.unread.horizon());
    const suspects = await this.doubts(this.told.sample(SAMPLE));
    if (suspects.length === 0) return;
    await delay(ON_ITS_WAY_MS, undefined, { signal, ref: false }).catch(() => undefined);
    if (signal.aborted) return;
    const found = await this.doubts(suspects.map(({ told }) => told));
    await this.repair(found.filter((doubt) => suspects.some((before) => isTheSame(before, doubt))));
  }

  /** Of those that were told nothing else meanwhile, and are about to be told nothing. */
  private async doubts(sample: readonly Unread[]): Promise<Doubt[]> {
    const settled = sample.filter((told) => this.told.get(told) === told && !this.counts.isDue(told));
    if (settled.length === 0) return [];
    const [truths, cached] = await Promise.all([this.unread.of(settled), this.cache.read(settled)]);
    return settled.flatMap((told, index): Doubt[] => {
      const truth = truths.find((one) => isOfTheSame(one, told));
      const value = cached[index] ?? null;
      // Who has left the conversation is told nothing more.
      if (truth === undefined) return value === null ? [] : [{ place: 'redis', told, cached: value }];
      if (truth.unreadCount !== told.unreadCount) return [{ place: 'devices', told, cached: value }];
      return value === null || says(value, truth) ? [] : [{ place: 'redis', told, cached: value }];
    });
  }

  private async repair(doubts: readonly Doubt[]): Promise<void> {
    if (doubts.length === 0) return;
    if (this.frames.hearsEverybody) {
      this.logger.error({ msg: 'unread counts had drifted', counts: doubts.length });
      for (const { place } of doubts) this.drift.inc({ place });
    }
    const pairs = doubts.map(({ told }) => told);
    // It may claim to be the latest.
    await this.cache.forget(pairs);
    this.counts.refresh(pairs);
  }
}

function isTheSame(before: Doubt, after: Doubt): boolean {
  if (before.place !== after.place || before.told !== after.told) return false;
  return after.place === 'devices' || before.cached === after.cached;
}

function isOfTheSame(one: Unread, other: Unread): boolean {
  const { tenantId, userId, conversationId } = one;
  return conversationId === other.conversationId && userId === other.userId && tenantId === other.tenantId;
}
