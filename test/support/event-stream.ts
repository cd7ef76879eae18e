import { request as httpRequest, type IncomingMessage } from 'node:http';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import type { ServerToClient } from '../../src/realtime';
import { EventStreamParser } from './event-stream-parser';
import { type Heard, wallClock } from './history/history';
import { judgeFrame } from './realtime/heard-faults';
import { SocketDocument } from './realtime/socket-document';
import type { Answer } from './rest';

type Frame<Event extends keyof ServerToClient> = Parameters<ServerToClient[Event]>[0];

export interface StreamOptions {
  readonly token?: string;
  readonly since?: string;
  readonly lastEventId?: string;
  readonly headers?: Readonly<Record<string, string>>;
}

/** Why there is no stream: the whole answer. */
export class StreamRefused extends Error {
  constructor(readonly answer: Answer<unknown>) {
    super(`no stream: ${answer.status} ${JSON.stringify(answer.body)}`);
  }
}

/**
 * A client of `GET /v1/stream` that remembers every frame it hears, and has each judged by the document of the socket.
 * It never comes back by itself.
 */
export class EventStream {
  /** All that it heard, in the order it came. */
  readonly frames: Heard[] = [];
  /** Resolves once nothing more comes: true where the stream was ended, false where the connection was cut. */
  readonly ended: Promise<boolean>;
  readonly headers: IncomingMessage['headers'];
  private last?: keyof ServerToClient;
  private readonly parser = new EventStreamParser((event, data) => this.hear(event, data));

  private constructor(private readonly response: IncomingMessage) {
    this.headers = response.headers;
    response.setEncoding('utf8');
    response.on('data', (chunk: string) => this.parser.take(chunk));
    response.on('error', () => undefined);
    this.ended = once(response, 'close').then(() => response.complete);
  }

  /** @throws StreamRefused */
  static async open(
    nodeUrl: string,
    { token, since, lastEventId, headers }: StreamOptions,
  ): Promise<EventStream> {
    const query = since === undefined ? '' : `?since=${encodeURIComponent(since)}`;
    const asking = httpRequest(`${nodeUrl}/v1/stream${query}`, {
      agent: false,
      headers: {
        accept: 'text/event-stream',
        ...(token !== undefined && { authorization: `Bearer ${token}` }),
        ...(lastEventId !== undefined && { 'last-event-id': lastEventId }),
        ...headers,
      },
    });
    asking.end();
    const [response] = (await once(asking, 'response')) as [IncomingMessage];
    asking.on('error', () => undefined);
    if (response.statusCode !== 200) throw new StreamRefused(await wholeOf(response));
    return new EventStream(response);
  }

  /** What a browser would send when it comes back. */
  get lastEventId(): string {
    return this.parser.lastEventId;
  }

  /** How long a browser would wait before it comes back; undefined where it was not told. */
  get retryMs(): number | undefined {
    return this.parser.retryMs;
  }

  /** How often it was told nothing, just to see that it is there. */
  get heartbeats(): number {
    return this.parser.comments;
  }

  /** All frames of this event so far, in the order they came. */
  heard<Event extends keyof ServerToClient>(event: Event): Frame<Event>[] {
    return this.frames.filter((heard) => heard.event === event).map(({ frame }) => frame as Frame<Event>);
  }

  /** The events heard so far, whatever they were. */
  get events(): string[] {
    return this.frames.map(({ event }) => event);
  }

  /** The same without counts, which are told some time after what made them. */
  get happenings(): string[] {
    return this.events.filter((event) => event !== 'unread_changed');
  }

  /** Is gone as soon as it hears this event, whatever else has come by then. */
  cutAfter(event: keyof ServerToClient): void {
    this.last = event;
  }

  /** From now on nothing is read of what comes. */
  stopsReading(): void {
    this.response.pause();
  }

  leaves(): void {
    this.response.destroy();
  }

  private hear(event: string, data: string): void {
    if (this.response.destroyed) return;
    const frame: unknown = JSON.parse(data);
    this.frames.push({ at: wallClock(), event, frame });
    judgeFrame(event, SocketDocument.read().hasPayload(event) ? [frame] : []);
    if (event === this.last) this.leaves();
  }
}

async function wholeOf(response: IncomingMessage): Promise<Answer<unknown>> {
  const body = await text(response);
  return {
    status: response.statusCode ?? 0,
    headers: response.headers as Record<string, string>,
    body: JSON.parse(body) as unknown,
  };
}
