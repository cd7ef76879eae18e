import { type ArgumentsHost, Catch, type ExceptionFilter, HttpException, Logger } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { contextOf, runInContext } from '../request-context';
import { DomainError, TooBusy, ValidationFailed } from './domain-error';
import { toProblem } from './problem';

const answered = new WeakMap<FastifyRequest, unknown>();

/** Answers every error of the REST door, whether thrown by a handler, by Nest or by Fastify itself. */
@Catch()
export class ProblemFilter implements ExceptionFilter {
  private readonly logger = new Logger(ProblemFilter.name);

  catch(error: unknown, host: ArgumentsHost): void {
    const http = host.switchToHttp();
    sendProblem(error, http.getRequest<FastifyRequest>(), http.getResponse<FastifyReply>(), this.logger);
  }
}

/** Also Fastify's own error handler: it meets what fails before Nest is reached (a broken body, a wrong path). */
export function sendProblem(
  error: unknown,
  request: FastifyRequest,
  reply: FastifyReply,
  logger: Logger,
): void {
  const known = translateFrameworkError(error);
  answered.set(request, known);
  const context = contextOf(request);
  const problem = toProblem(known, context);
  if (problem.status >= 500 && !(known instanceof TooBusy)) {
    const line = { msg: 'request failed', code: problem.code, method: request.method, err: known };
    runInContext(context, () => logger.error(line));
  }
  if (reply.sent) return;
  if (known instanceof DomainError) {
    if (known.retryAfterSeconds !== undefined)
      void reply.header('retry-after', String(known.retryAfterSeconds));
    if (known.headers !== undefined) void reply.headers(known.headers);
  }
  if (problem.status === 401) void reply.header('www-authenticate', 'Bearer');
  void reply
    .status(problem.status)
    .type('application/problem+json; charset=utf-8')
    .send(JSON.stringify(problem));
}

/** The error `request` was answered with; undefined where it was answered well, or not yet. */
export function answeredError(request: FastifyRequest): unknown {
  return answered.get(request);
}

/** Nest and Fastify have errors of their own for what never reached us; they become rows of the catalogue. */
function translateFrameworkError(error: unknown): unknown {
  if (error instanceof DomainError) return error;
  const status = statusOf(error);
  switch (status) {
    case undefined:
      return error;
    case 404:
    case 405:
      return new DomainError('not_found', 'There is no such endpoint.');
    case 413:
      return new DomainError('payload_too_large', 'The request is larger than this service accepts.');
    case 415:
      return new DomainError('unsupported_media_type', 'Send the body as application/json.');
    case 503:
      return new DomainError('unavailable', 'The service can not do this at the moment.', {
        retryAfterSeconds: 1,
        cause: error,
      });
    default:
      return status >= 400 && status < 500
        ? ValidationFailed.of('', 'The request could not be understood.')
        : error;
  }
}

function statusOf(error: unknown): number | undefined {
  if (error instanceof HttpException) return error.getStatus();
  const status = (error as { statusCode?: unknown } | null | undefined)?.statusCode;
  return typeof status === 'number' ? status : undefined;
}
