import { AsyncLocalStorage } from 'node:async_hooks';
import { randomFillSync } from 'node:crypto';

/** Follows one request or socket event through the logs, to the upstream and into events. Nothing decides on it. */
export interface RequestContext {
  readonly requestId: string;
  /** 32 lower-case hex digits, as in W3C Trace Context. */
  readonly traceId: string;
}

const storage = new AsyncLocalStorage<RequestContext>();
const OUTSIDE: RequestContext = { requestId: 'none', traceId: '0'.repeat(32) };
const SANE_REQUEST_ID = /^[A-Za-z0-9._:=/+-]{1,128}$/;
const TRACEPARENT = /^(?!ff)[0-9a-f]{2}-(?!0{32})([0-9a-f]{32})-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}(?:-.*)?$/;

/** Runs `work` so that everything it calls, however late, sees `context`. */
export function runInContext<T>(context: RequestContext, work: () => T): T {
  return storage.run(context, work);
}

const known = new WeakMap<object, RequestContext>();

/** `request` is any object that stands for it. */
export function rememberContext(request: object, context: RequestContext): void {
  known.set(request, context);
}

/** Of a request that is seen from outside: by a timer, say, or an event of its connection. */
export function contextOf(request: object): RequestContext {
  return known.get(request) ?? currentContext();
}

/** The context of the current request; outside of any, one that says so. */
export function currentContext(): RequestContext {
  return storage.getStore() ?? OUTSIDE;
}

/** A request's own id when it is a sane token, else a new one; and its trace, or a new one. */
export function contextFrom(
  headers: Readonly<Record<string, string | string[] | undefined>>,
): RequestContext {
  return { requestId: requestIdFrom(headers['x-request-id']), traceId: traceIdFrom(headers['traceparent']) };
}

export function requestIdFrom(header: string | string[] | undefined): string {
  return typeof header === 'string' && SANE_REQUEST_ID.test(header)
    ? header
    : someRandom(12).toString('base64url');
}

function traceIdFrom(header: string | string[] | undefined): string {
  return (typeof header === 'string' && TRACEPARENT.exec(header)?.[1]) || someRandom(16).toString('hex');
}

/** Drawn in advance: asking the system for each id costs more than the rest of a context. */
const pool = Buffer.allocUnsafe(4096);
let used = pool.length;

function someRandom(bytes: number): Buffer {
  if (used + bytes > pool.length) {
    randomFillSync(pool);
    used = 0;
  }
  return pool.subarray(used, (used += bytes));
}
