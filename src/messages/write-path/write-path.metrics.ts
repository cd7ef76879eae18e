import { Injectable } from '@nestjs/common';
import { Metrics } from '../../telemetry';
import { ActiveConversations } from './active-conversations';
import type { Draft, RefusedOutcome, ReplayedOutcome } from './draft';

type Verdict = 'stored' | ReplayedOutcome['verdict'] | RefusedOutcome['verdict'];
type Outcome = Verdict | 'failed';
type Count = () => void;

/** What an operator sees of the write path. Every message passes here, so nothing is looked up that can be kept. */
@Injectable()
export class WritePathMetrics {
  private readonly messages: ReturnType<typeof messageCounter>;
  private readonly counts = new Map<string, Map<Outcome, Count>>();
  private readonly appendSeconds: ReturnType<Metrics['timings']>;
  private readonly fanoutSeconds: ReturnType<Metrics['timings']>;
  private readonly active = new ActiveConversations();

  constructor(metrics: Metrics) {
    this.messages = messageCounter(metrics);
    this.appendSeconds = metrics.timings({
      name: 'chat_write_path_append_seconds',
      help: 'From taking a message in to knowing what became of it, committed and announced.',
    });
    this.fanoutSeconds = metrics.timings({
      name: 'chat_write_path_fanout_seconds',
      help: 'From the answer to a COMMIT until all of its messages are on their way to sockets and other nodes.',
    });
    metrics.gauge(
      {
        name: 'chat_active_conversations',
        help: 'Conversations in which this node stored a message in the last five minutes.',
      },
      () => this.active.count(performance.now()),
    );
  }

  /** Takes note of what becomes of `draft`, whose type has a handler: it is not just anything that was sent. */
  async follow<Result extends { verdict: Verdict }>(
    draft: Draft,
    settling: Promise<Result>,
  ): Promise<Result> {
    const started = performance.now();
    let outcome: Outcome = 'failed';
    try {
      const result = await settling;
      outcome = result.verdict;
      if (outcome === 'stored') this.active.touch(draft.conversationId, performance.now());
      return result;
    } finally {
      this.countOf(draft.type, outcome)();
      this.appendSeconds.observe((performance.now() - started) / 1_000);
    }
  }

  /** All messages of a commit were announced, which took so long. */
  announced(ms: number): void {
    this.fanoutSeconds.observe(ms / 1_000);
  }

  private countOf(type: string, outcome: Outcome): Count {
    const ofType = this.counts.get(type) ?? new Map<Outcome, Count>();
    this.counts.set(type, ofType);
    const known = ofType.get(outcome);
    if (known !== undefined) return known;
    const child = this.messages.labels(type, outcome);
    const count = (): void => child.inc();
    ofType.set(outcome, count);
    return count;
  }
}

function messageCounter(metrics: Metrics) {
  const help = 'Messages given to the write path by any door, by type and what became of them.';
  return metrics.counter({ name: 'chat_messages_total', help }, ['type', 'outcome']);
}
