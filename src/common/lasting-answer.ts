import type { ServerResponse } from 'node:http';

const BEGUN = Symbol('begun');
const lasting = new WeakSet<ServerResponse>();

/**
 * Says of an answer whose head is sent that the rest of it goes on for as long as its client likes. Whoever counts or
 * times answers takes it for given by now.
 */
export function answerLasts(response: ServerResponse): void {
  lasting.add(response);
  response.emit(BEGUN);
}

export function isLasting(response: ServerResponse): boolean {
  return lasting.has(response);
}

/** Calls `listener` when the answer turns out to be one that lasts. */
export function onceLasting(response: ServerResponse, listener: () => void): void {
  response.once(BEGUN, listener);
}
