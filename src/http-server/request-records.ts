import { Logger } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { callerOf, ServiceTokenRefused } from '../auth';
import { answeredError, DomainError, type ProblemCode } from '../common/problem';
import type { AccessLog, Attempt, Metrics, SecurityEvents } from '../telemetry';

/** What probes and scrapers ask again and again. */
const ROUTINE = /^\/(?:health|metrics)\b/;

/**
 * What is kept of each request once it is answered: a measurement, one line of the log, and a security event where
 * it was refused for such a reason. All name the route, not the address: addresses hold ids.
 */
export class RequestRecords {
  private readonly logger = new Logger('HttpServer');
  private readonly seconds: ReturnType<typeof requestTimings>;

  constructor(
    metrics: Metrics,
    private readonly accessLog: AccessLog,
    private readonly security: SecurityEvents,
  ) {
    this.seconds = requestTimings(metrics);
  }

  /** To be called once for each request, in its context. */
  answered(request: FastifyRequest, reply: FastifyReply): void {
    // Both of closed sets: Node's parser knows but so many methods.
    const { method, routeOptions } = request;
    const { url: route = 'none' } = routeOptions;
    const status = `${Math.floor(reply.statusCode / 100)}xx`;
    this.seconds.observe({ method, route, status }, reply.elapsedTime / 1_000);

    const attempt = attemptOf(request, `${method} ${route}`);
    const error = answeredError(request);
    if (attempt.conversationId === undefined) this.logRequest(method, route, reply);
    else this.logAccess(attempt, reply, error);
    if (error instanceof ServiceTokenRefused) this.security.record('service_token_refused', attempt);
    else if (error instanceof DomainError) this.security.refused(error.code, attempt);
  }

  private logRequest(method: string, route: string, { statusCode: status, elapsedTime }: FastifyReply): void {
    const line = { msg: 'request', method, route, status, ms: Math.round(elapsedTime * 10) / 10 };
    if (ROUTINE.test(route)) this.logger.debug(line);
    else this.logger.log(line);
  }

  private logAccess(attempt: Attempt, { statusCode: status, elapsedTime: ms }: FastifyReply, error: unknown) {
    this.accessLog.record({ ...attempt, outcome: outcomeOf(error), status, ms });
  }
}

function requestTimings(metrics: Metrics) {
  const help = 'From a request to its answer, by route and class of status.';
  return metrics.timings({ name: 'chat_http_request_duration_seconds', help }, ['method', 'route', 'status']);
}

function attemptOf(request: FastifyRequest, operation: string): Attempt {
  const caller = callerOf(request);
  // Where the router gave up there are no parameters at all.
  const { conversationId } = (request.params ?? {}) as { conversationId?: string };
  const attempt = { door: 'rest', operation, conversationId } as const;
  if (caller === undefined) return { ...attempt, caller: 'nobody', tenantId: null };
  if (caller.kind === 'service') return { ...attempt, caller: 'service', tenantId: caller.tenantId };
  const { userId, tenantId } = caller.token.actor;
  return { ...attempt, caller: userId, tenantId };
}

function outcomeOf(error: unknown): 'ok' | ProblemCode {
  if (error === undefined) return 'ok';
  return error instanceof DomainError ? error.code : 'internal_error';
}
