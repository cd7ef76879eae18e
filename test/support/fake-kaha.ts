import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';

/** A person or a business, as kaha-main-v3 writes one. */
export interface KahaEntry {
  readonly uuid: string;
  readonly name: string;
  readonly avatar_url: string | null;
}

/** One request as it arrived; `body` is null where it was not JSON. */
export interface KahaCall {
  readonly method: string;
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: unknown;
}

export type KahaBehaviour =
  | { readonly kind: 'ok' }
  /** The right answer, `ms` late. */
  | { readonly kind: 'slow'; readonly ms: number }
  /** The right answer, one byte every `everyMs`. */
  | { readonly kind: 'trickle'; readonly everyMs: number }
  /** Takes the request and never answers. */
  | { readonly kind: 'hang' }
  | { readonly kind: 'status'; readonly status: number }
  /** 200 with these bytes, whatever they are. */
  | { readonly kind: 'body'; readonly body: string | Uint8Array }
  /** 200 with a valid answer padded to at least this many bytes. */
  | { readonly kind: 'huge'; readonly bytes: number }
  /** Half of the right answer, then a TCP reset. */
  | { readonly kind: 'reset' }
  | { readonly kind: 'redirect'; readonly location: string };

const OK: KahaBehaviour = { kind: 'ok' };
const PATH = '/api/batch/profiles';
const MAX_IDS = 100;

/**
 * Stands in for kaha-main-v3 over real HTTP, on the loopback. In good health it is as strict as the real
 * one about path, token and the number of ids; `behave` makes it ill.
 */
export class FakeKaha {
  /** Every request since the start or the last `forgetCalls`, in order of arrival. */
  readonly calls: KahaCall[] = [];
  /** The most requests that were ever unanswered at once. */
  peakInFlight = 0;

  private inFlight = 0;
  private behaviours: readonly KahaBehaviour[] = [OK];
  private everybodyIsKnown = false;
  private readonly users = new Map<string, KahaEntry>();
  private readonly businesses = new Map<string, KahaEntry>();
  private readonly server = createServer((request, response) => {
    // A client that goes away in the middle is the client's affair.
    this.serve(request, response).catch(() => response.destroy());
  });
  private port = 0;

  /** @param token the only bearer value it accepts. */
  constructor(readonly token = 'kaha-test-token') {}

  /** Listens on a free port, or, when it was stopped before, on the same one again. */
  async start(): Promise<this> {
    this.server.listen(this.port, '127.0.0.1');
    await once(this.server, 'listening');
    this.port = (this.server.address() as AddressInfo).port;
    return this;
  }

  /** Cuts every connection, also those it keeps hanging. Afterwards connections are refused. */
  async stop(): Promise<void> {
    const closed = once(this.server, 'close');
    this.server.close();
    this.server.closeAllConnections();
    await closed;
  }

  /** What KAHA_BASE_URL should be. */
  get baseUrl(): string {
    return `http://127.0.0.1:${this.port}`;
  }

  /** From now on: one behaviour for each of the next requests, the last one for all that follow. */
  behave(...behaviours: [KahaBehaviour, ...KahaBehaviour[]]): void {
    this.behaviours = behaviours;
  }

  knowsUsers(...entries: KahaEntry[]): void {
    for (const entry of entries) this.users.set(entry.uuid.toLowerCase(), entry);
  }

  knowsBusinesses(...entries: KahaEntry[]): void {
    for (const entry of entries) this.businesses.set(entry.uuid.toLowerCase(), entry);
  }

  /** Answers for any id with a name made up from it: `Person 1a2b`, `Shop 1a2b`. */
  knowsEverybody(): void {
    this.everybodyIsKnown = true;
  }

  forgetCalls(): void {
    this.calls.length = 0;
  }

  private async serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    this.inFlight++;
    this.peakInFlight = Math.max(this.peakInFlight, this.inFlight);
    response.once('close', () => this.inFlight--);
    const body = parsed(await textOf(request));
    const { method = '', url: path = '', headers } = request;
    this.calls.push({ method, path, headers, body });

    const refusal = this.refusal(method, path, headers, body);
    if (refusal !== undefined) return sendStatus(response, refusal);
    await this.act(response, body as Record<string, string[]>);
  }

  /** The status the real one would refuse this request with. */
  private refusal(
    method: string,
    path: string,
    headers: IncomingHttpHeaders,
    body: unknown,
  ): number | undefined {
    if (method !== 'POST' || path !== PATH) return 404;
    if (headers.authorization !== `Bearer ${this.token}`) return 401;
    const { user_uuids: users, business_uuids: businesses } = (body ?? {}) as Record<string, unknown>;
    if (!Array.isArray(users) || !Array.isArray(businesses)) return 400;
    return users.length + businesses.length > MAX_IDS ? 400 : undefined;
  }

  private async act(response: ServerResponse, asked: Record<string, string[]>): Promise<void> {
    const [behaviour = OK, ...later] = this.behaviours;
    if (later.length > 0) this.behaviours = later;
    const answer = (): string => JSON.stringify(this.answer(asked));
    switch (behaviour.kind) {
      case 'ok':
        return sendJson(response, answer());
      case 'slow':
        await delay(behaviour.ms, undefined, { ref: false });
        return sendJson(response, answer());
      case 'trickle':
        return trickle(response, answer(), behaviour.everyMs);
      case 'hang':
        return;
      case 'status':
        return sendStatus(response, behaviour.status);
      case 'body':
        return sendJson(response, behaviour.body);
      case 'huge':
        return sendJson(response, answer().padEnd(behaviour.bytes));
      case 'reset':
        return sendHalf(response, answer());
      case 'redirect':
        response.writeHead(307, { location: behaviour.location }).end();
    }
  }

  private answer(asked: Record<string, string[]>): { users: KahaEntry[]; businesses: KahaEntry[] } {
    return {
      users: this.known(asked['user_uuids'], this.users, 'Person'),
      businesses: this.known(asked['business_uuids'], this.businesses, 'Shop'),
    };
  }

  private known(ids: string[] = [], entries: ReadonlyMap<string, KahaEntry>, kind: string): KahaEntry[] {
    return ids.flatMap((uuid) => {
      const entry = entries.get(uuid.toLowerCase());
      if (entry !== undefined) return [entry];
      return this.everybodyIsKnown ? [madeUp(uuid, kind)] : [];
    });
  }
}

function madeUp(uuid: string, kind: string): KahaEntry {
  return { uuid, name: `${kind} ${uuid.slice(-4)}`, avatar_url: `https://cdn.kaha.test/${uuid}.png` };
}

async function textOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString('utf8');
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

function sendJson(response: ServerResponse, body: string | Uint8Array): void {
  response.writeHead(200, { 'content-type': 'application/json' }).end(body);
}

function sendStatus(response: ServerResponse, status: number): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify({ status }));
}

async function trickle(response: ServerResponse, body: string, everyMs: number): Promise<void> {
  response.writeHead(200, { 'content-type': 'application/json' });
  for (const byte of Buffer.from(body)) {
    if (response.destroyed) return;
    response.write(Buffer.of(byte));
    await delay(everyMs, undefined, { ref: false });
  }
  response.end();
}

async function sendHalf(response: ServerResponse, body: string): Promise<void> {
  const bytes = Buffer.from(body);
  response.writeHead(200, { 'content-type': 'application/json', 'content-length': bytes.length });
  const half = bytes.subarray(0, Math.ceil(bytes.length / 2));
  await new Promise((sent) => response.write(half, sent));
  response.socket?.resetAndDestroy();
}
