import { Injectable } from '@nestjs/common';
import { AccessLog, type Attempt, Metrics, SecurityEvents } from '../../telemetry';
import type { Ack, ChatSocket } from '../socket-contract';

type Outcome = 'ok' | 'refused' | 'failed';
type Observe = (seconds: number) => void;

/**
 * What is kept of each event of a client once it is answered: a measurement, a line of the access log where it was
 * about a conversation, and a security event where it was refused for such a reason.
 */
@Injectable()
export class EventRecords {
  private readonly seconds: ReturnType<typeof eventTimings>;
  private readonly refusedUnread: ReturnType<Metrics['counter']>;
  /** Looked up once for each event and outcome: an event of a message passes here. */
  private readonly observers = new Map<string, Record<Outcome, Observe>>();

  constructor(
    metrics: Metrics,
    private readonly accessLog: AccessLog,
    private readonly security: SecurityEvents,
  ) {
    this.seconds = eventTimings(metrics);
    this.refusedUnread = metrics.counter(
      {
        name: 'chat_socket_events_turned_away_total',
        help: 'Events of clients that were refused unread, because too many were being answered.',
      },
      [],
    );
  }

  /**
   * Takes note of an event that is answered.
   *
   * @param event its name if it is one that somebody handles; undefined for all that clients think up.
   * @param payload as it was sent.
   * @param ms from taking it in to its answer.
   */
  add(
    { data: { actor } }: ChatSocket,
    event: string | undefined,
    payload: unknown,
    ack: Ack<unknown>,
    ms: number,
  ): void {
    const operation = event ?? 'unknown';
    this.observersOf(operation)[outcomeOf(ack)](ms / 1_000);
    const { userId: caller, tenantId } = actor;
    const attempt: Attempt = {
      door: 'socket',
      operation,
      caller,
      tenantId,
      conversationId: conversationIn(payload),
    };
    if (attempt.conversationId !== undefined)
      this.accessLog.record({ ...attempt, outcome: ack.ok ? 'ok' : ack.error.code, ms });
    if (!ack.ok) this.security.refused(ack.error.code, attempt);
  }

  /** One more than can be answered in time. */
  turnedAway(): void {
    this.refusedUnread.inc();
  }

  private observersOf(event: string): Record<Outcome, Observe> {
    const known = this.observers.get(event);
    if (known !== undefined) return known;
    const observe = (outcome: Outcome): Observe => {
      const series = this.seconds.labels(event, outcome);
      return (seconds) => series.observe(seconds);
    };
    const observers = { ok: observe('ok'), refused: observe('refused'), failed: observe('failed') };
    this.observers.set(event, observers);
    return observers;
  }
}

function eventTimings(metrics: Metrics) {
  const help = 'From an event of a client to its acknowledgement, by name and outcome.';
  return metrics.timings({ name: 'chat_socket_event_duration_seconds', help }, ['event', 'outcome']);
}

function outcomeOf(ack: Ack<unknown>): Outcome {
  if (ack.ok) return 'ok';
  return ack.error.status >= 500 ? 'failed' : 'refused';
}

function conversationIn(payload: unknown): unknown {
  return typeof payload === 'object' && payload !== null && Object.hasOwn(payload, 'conversationId')
    ? (payload as { conversationId: unknown }).conversationId
    : undefined;
}
