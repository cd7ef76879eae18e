import { Injectable, type OnModuleDestroy } from '@nestjs/common';
import { withinTime } from '../common/time-limit';
import { Database } from '../database';
import { MessagePartitions } from '../messages';
import { ProfilesService } from '../profile';
import { RedisHealth } from '../redis';

export type Verdict = 'ok' | 'degraded' | 'unavailable';

export type CheckResult = 'up' | 'down';

export interface HealthReport {
  readonly status: Verdict;
  readonly checks: Readonly<Record<'postgres' | 'redis' | 'upstream' | 'partitions', CheckResult>>;
}

const CHECK_TIMEOUT_MS = 1_000;
const DAYS_OF_PARTITIONS = 14;

const ASK_AGAIN_MS = 1_000;

/** How long an answer serves, so that probes are no load however many ask. */
const FRESH_FOR_MS = { postgres: 1_000, upstream: 5_000, partitions: 60_000 } as const;

/**
 * How this process is. Without Postgres it can do nothing; without Redis or upstream, or with few partitions left,
 * it does everything a message needs, and says so.
 */
@Injectable()
export class HealthService implements OnModuleDestroy {
  private draining = false;
  private readonly answers = new Map<string, { readonly until: number; readonly up: Promise<boolean> }>();

  constructor(
    private readonly database: Database,
    private readonly redis: RedisHealth,
    private readonly profiles: ProfilesService,
    private readonly partitions: MessagePartitions,
  ) {}

  /** From here on the process takes no new work. */
  onModuleDestroy(): void {
    this.draining = true;
  }

  async report(): Promise<HealthReport> {
    const [postgres, upstream, partitions] = await Promise.all([
      this.ask('postgres', () => this.database.answers()),
      this.ask('upstream', () => this.profiles.sourceAnswers()),
      this.ask(
        'partitions',
        async () => (await this.partitions.daysAhead(this.database)) >= DAYS_OF_PARTITIONS,
      ),
    ]);
    const redis = this.redis.healthy;
    return {
      status:
        this.draining || !postgres ? 'unavailable' : redis && upstream && partitions ? 'ok' : 'degraded',
      checks: {
        postgres: word(postgres),
        redis: word(redis),
        upstream: word(upstream),
        partitions: word(partitions),
      },
    };
  }

  private ask(check: keyof typeof FRESH_FOR_MS, question: () => Promise<boolean>): Promise<boolean> {
    const known = this.answers.get(check);
    if (known !== undefined && known.until > Date.now()) return known.up;
    const up = withinTime(CHECK_TIMEOUT_MS, check, question()).catch(() => false);
    const answer = { until: Date.now() + FRESH_FOR_MS[check], up };
    this.answers.set(check, answer);
    // That something is well may be old; that it is not is asked again soon.
    void up.then((isUp) => {
      if (!isUp) answer.until = Math.min(answer.until, Date.now() + ASK_AGAIN_MS);
    });
    return up;
  }
}

function word(up: boolean): CheckResult {
  return up ? 'up' : 'down';
}
