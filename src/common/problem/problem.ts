import { DomainError, type FieldError } from './domain-error';
import { PROBLEMS, type ProblemCode } from './problem-catalogue';

/** RFC 9457 problem details, with a stable `code` and the trace to ask an operator about. */
export interface Problem {
  type: string;
  title: string;
  status: number;
  detail: string;
  instance: string;
  code: ProblemCode;
  traceId: string;
  errors?: FieldError[];
}

/** Which occurrence this is: put on every problem so that a client's report can be found in the log. */
export interface ProblemContext {
  readonly requestId: string;
  readonly traceId: string;
}

/**
 * What a client may hear of an error. A `DomainError` speaks for itself; anything else is a fault of ours
 * and says nothing about it (no stack, no SQL, no driver text): those go to the log under the same trace.
 */
export function toProblem(error: unknown, context: ProblemContext): Problem {
  const known = error instanceof DomainError ? error : undefined;
  const code = known?.code ?? 'internal_error';
  return {
    type: `urn:chat-backend:problem:${code}`,
    title: PROBLEMS[code].title,
    status: PROBLEMS[code].status,
    detail: known?.message ?? 'The service failed to answer. The fault has been recorded.',
    instance: `urn:chat-backend:request:${context.requestId}`,
    code,
    traceId: context.traceId,
    ...(known?.errors ? { errors: [...known.errors] } : {}),
  };
}
