import type { Operation } from './document';
import { jsonText } from './raw-json';

/** A request in parts that can be changed one by one. */
export interface Draft {
  readonly operation: Operation;
  readonly method: string;
  /** The parameters of the path by name, as they are to stand in it. */
  readonly path: Readonly<Record<string, string>>;
  /** `name=value`, as they are to stand in the address. */
  readonly query: readonly string[];
  /** A list is sent line by line; an empty one takes the header away. */
  readonly headers: Readonly<Record<string, string | readonly string[]>>;
  /** A value to be sent as JSON, or bytes. */
  readonly body?: unknown;
  /** Its address may be of nothing: that there is no such endpoint is an answer. */
  readonly isAstray?: true;
}

/** What goes over the wire. */
export interface WireRequest {
  readonly method: string;
  readonly target: string;
  readonly headers: Record<string, string | string[]>;
  readonly body?: string | Buffer;
}

export function toWire({ operation, method, path, query, headers, body }: Draft): WireRequest {
  const address = operation.path.replaceAll(/\{(\w+)\}/g, (_whole, name: string) => path[name] ?? '');
  const isJson = body !== undefined && !Buffer.isBuffer(body);
  return {
    method,
    target: query.length === 0 ? address : `${address}?${query.join('&')}`,
    headers: mutable({ ...(body !== undefined && { 'content-type': 'application/json' }), ...headers }),
    body: isJson ? jsonText(body) : body,
  };
}

/** What a person needs to try it again. */
export function inWords(draft: Draft): string {
  const { method, target, headers, body } = toWire(draft);
  const { authorization: _secret, ...shown } = headers;
  const text = body === undefined ? '' : ` ${JSON.stringify(body.toString()).slice(0, 200)}`;
  return `${method} ${target.slice(0, 300)} ${JSON.stringify(shown).slice(0, 300)}${text}`;
}

function mutable(headers: Draft['headers']): Record<string, string | string[]> {
  return Object.fromEntries(
    Object.entries(headers)
      .filter(([, value]) => value.length > 0 || value === '')
      .map(([name, value]) => [name, typeof value === 'string' ? value : [...value]]),
  );
}
