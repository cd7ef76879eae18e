import { randomBytes } from 'node:crypto';
import { type Dispatcher, Pool } from 'undici';
import type { Answer } from '../rest';
import { type Draft, toWire } from './draft';

/** Changes of one conversation wait for each other, and two seconds at most: on a slow machine, for not too many. */
const CONNECTIONS = 4;

export interface WireAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly text: string;
  /** How long it took to come. */
  readonly ms: number;
  /** By which the request can be found in what it stored; undefined where the draft had its own `traceparent`. */
  readonly traceId: string | undefined;
}

/** Kept-alive connections to one node, over which anything can be said that HTTP allows, and some that it does not. */
export class Wire {
  private readonly pool: Pool;

  constructor(nodeUrl: string) {
    this.pool = new Pool(nodeUrl, {
      connections: CONNECTIONS,
      pipelining: 1,
      bodyTimeout: 0,
      headersTimeout: 0,
    });
  }

  close(): Promise<void> {
    return this.pool.destroy();
  }

  async send(draft: Draft): Promise<WireAnswer> {
    const { method, target, headers, body } = toWire(draft);
    const traceId = 'traceparent' in headers ? undefined : randomBytes(16).toString('hex');
    const traced =
      traceId === undefined ? headers : { ...headers, traceparent: `00-${traceId}-00000000000000a1-00` };
    const started = performance.now();
    const answer = await this.pool.request({ method, path: target, headers: traced, body });
    const text = await textOf(answer);
    const ms = performance.now() - started;
    return { status: answer.statusCode, headers: answer.headers, text, ms, traceId };
  }

  /** Sends many at once. The answers have the order of the drafts. */
  async sendAll(drafts: readonly Draft[]): Promise<WireAnswer[]> {
    const answers = new Array<WireAnswer>(drafts.length);
    const waiting = drafts.entries();
    const work = async (): Promise<void> => {
      for (const [index, draft] of waiting) answers[index] = await this.send(draft);
    };
    await Promise.all(Array.from({ length: CONNECTIONS }, work));
    return answers;
  }
}

/** The answer as stories know it. */
export function toAnswer({ status, headers, text }: WireAnswer): Answer<unknown> {
  return { status, headers: headers as Record<string, string>, body: text === '' ? '' : JSON.parse(text) };
}

/** Of an answer that has no end, nothing. */
async function textOf({ headers, body }: Dispatcher.ResponseData): Promise<string> {
  if (!String(headers['content-type']).startsWith('text/event-stream')) return body.text();
  body.on('error', () => undefined).destroy();
  return '';
}
