import { Injectable, Logger } from '@nestjs/common';
import type { Counter } from 'prom-client';
import type { ProblemCode } from '../../common/problem';
import type { Attempt } from '../attempt';
import { loggableId } from '../mask';
import { Metrics } from '../metrics/metrics';
import { LineAllowance } from './line-allowance';

/** What an attack, or somebody's mistake that looks like one, shows itself by. */
export const SECURITY_KINDS = [
  /** No token, or one that can not be believed. */
  'token_refused',
  'token_expired',
  /** A call between services with a token that is none of ours. */
  'service_token_refused',
  /** A page of a foreign site knocked at the door for sockets, or for streams. */
  'origin_refused',
  /** A conversation that is not there, or not for who asked. */
  'not_a_member',
  /** A member wanted what their role does not allow, or to change what another wrote. */
  'role_refused',
  'blocked',
  /** A cursor that is not one of ours, or not this caller's. */
  'cursor_refused',
  'rate_limited',
  'oversized',
  /** A socket was cut because its token had been revoked. */
  'session_revoked',
] as const;

export type SecurityKind = (typeof SECURITY_KINDS)[number];

/** The refusals that are security events. */
const KINDS_OF_REFUSALS: Partial<Record<ProblemCode, SecurityKind>> = {
  unauthenticated: 'token_refused',
  token_expired: 'token_expired',
  origin_refused: 'origin_refused',
  conversation_not_found: 'not_a_member',
  insufficient_role: 'role_refused',
  not_sender: 'role_refused',
  blocked: 'blocked',
  invalid_cursor: 'cursor_refused',
  rate_limited: 'rate_limited',
  payload_too_large: 'oversized',
};

/** Of each kind. Who is attacked has better use for the disk. */
const LINES_PER_SECOND = 5;

/** Counts every security event, and writes a line of its own for each as long as they are not too many. */
@Injectable()
export class SecurityEvents {
  private readonly logger = new Logger(SecurityEvents.name);
  private readonly total: Counter<'kind'>;
  private readonly allowances = new Map<SecurityKind, LineAllowance>();

  constructor(metrics: Metrics) {
    const help = 'Refused tokens, origins and accesses, by kind.';
    this.total = metrics.counter({ name: 'security_events_total', help }, ['kind']);
    for (const kind of SECURITY_KINDS) {
      // There from the beginning: the first one is a rise that an alert can see.
      this.total.inc({ kind }, 0);
      this.allowances.set(kind, new LineAllowance(LINES_PER_SECOND));
    }
  }

  /** Ids are masked on their way into the log; nothing else that was sent is repeated. */
  record(kind: SecurityKind, { conversationId, ...attempt }: Attempt): void {
    this.total.inc({ kind });
    const suppressed = this.allowances.get(kind)?.take(performance.now());
    if (suppressed === undefined) return;
    this.logger.warn({
      msg: 'security event',
      security: kind,
      ...attempt,
      ...(conversationId !== undefined && { conversationId: loggableId(conversationId) }),
      ...(suppressed > 0 && { suppressed }),
    });
  }

  /** Somebody was refused with this code; whether that is a security event is decided here, for all doors. */
  refused(code: ProblemCode, attempt: Attempt): void {
    const kind = KINDS_OF_REFUSALS[code];
    if (kind !== undefined) this.record(kind, attempt);
  }
}
