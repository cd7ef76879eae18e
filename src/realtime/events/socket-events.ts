import { Logger } from '@nestjs/common';
import { isObservable, lastValueFrom } from 'rxjs';
import { DependencyUnavailable, TooBusy, toProblem, ValidationFailed } from '../../common/problem';
import { contextFrom, currentContext, runInContext } from '../../common/request-context';
import type { RateLimits } from '../../rate-limit';
import type { Ack, ChatSocket } from '../socket-contract';
import type { EventRecords } from './event-records';

/** A client waits for its answer five seconds at most, whatever is broken. */
const ANSWER_WITHIN_MS = 4_500;

/**
 * Events of all sockets that are being answered. With a tenth of a second for each that is ten thousand a second;
 * where there are more, taking in one more only makes all of them late, until nothing is answered in time at all.
 */
const MOST_AT_ONCE = 1_000;

type Handler = (payload: unknown) => unknown;
type Answer = (answer: Ack<unknown>) => void;

/**
 * Answers whatever a client sends: events that are known and well-formed, and all others. Nothing thrown on the
 * way leaves this class, for in a raw listener of Socket.IO it would end the process.
 */
export class SocketEvents {
  private readonly logger = new Logger(SocketEvents.name);
  private readonly handlers = new WeakMap<ChatSocket, Map<string, Handler>>();
  private underway = 0;

  constructor(
    private readonly limits: RateLimits,
    private readonly records: EventRecords,
  ) {}

  /** Adds `handlers` to what `socket` may send. */
  bind(socket: ChatSocket, handlers: Iterable<readonly [event: string, handler: Handler]>): void {
    let known = this.handlers.get(socket);
    if (known === undefined) {
      known = new Map();
      this.handlers.set(socket, known);
      const all = known;
      socket.onAny((event: unknown, ...args: unknown[]) => this.take(socket, all, event, args));
    }
    for (const [event, handler] of handlers) known.set(event, handler);
  }

  private take(
    socket: ChatSocket,
    handlers: ReadonlyMap<unknown, Handler>,
    event: unknown,
    args: unknown[],
  ): void {
    // Packets already read when the socket was closed still come here; nobody is behind them any more.
    if (!socket.connected) return;
    const ack = typeof args.at(-1) === 'function' ? (args.pop() as Answer) : undefined;
    const context = contextFrom({});
    const isCrowded = this.underway >= MOST_AT_ONCE;
    if (isCrowded) this.records.turnedAway();
    if (isCrowded || socket.data.isLeaving) {
      this.send(ack, { ok: false, error: toProblem(new TooBusy('in time'), context) }, event);
      return;
    }
    this.underway++;
    socket.data.underway++;
    void runInContext(context, async () => {
      const started = performance.now();
      const handler = handlers.get(event);
      const answer = await this.answer(socket, handler, event, args);
      this.underway--;
      this.send(ack, answer, event);
      socket.data.underway--;
      const name = handler === undefined ? undefined : String(event);
      this.records.add(socket, name, args[0], answer, performance.now() - started);
    });
  }

  private send(ack: Answer | undefined, answer: Ack<unknown>, event: unknown): void {
    try {
      ack?.(answer);
    } catch (err) {
      this.logger.error({ msg: 'an answer could not be sent', event, err });
    }
  }

  /** Never fails, and takes no longer than a client waits. What is late is not stopped. */
  private answer(
    socket: ChatSocket,
    handler: Handler | undefined,
    event: unknown,
    args: unknown[],
  ): Promise<Ack<unknown>> {
    return new Promise((resolve) => {
      const refuse = (error: unknown): void => {
        clearTimeout(late);
        resolve(this.refusal(error, event));
      };
      const late = setTimeout(() => refuse(new DependencyUnavailable('in time')), ANSWER_WITHIN_MS);
      this.run(socket, handler, args).then((data) => {
        clearTimeout(late);
        resolve({ ok: true, data });
      }, refuse);
    });
  }

  private async run(socket: ChatSocket, handler: Handler | undefined, args: unknown[]): Promise<unknown> {
    await this.limits.event(socket.data.actor);
    if (handler === undefined) throw ValidationFailed.of('event', 'there is no such event');
    if (args.length > 1) throw ValidationFailed.of('', 'must be one JSON object');
    const result = await handler(args[0]);
    return isObservable(result) ? lastValueFrom(result, { defaultValue: undefined }) : result;
  }

  private refusal(error: unknown, event: unknown): Ack<never> {
    const problem = toProblem(error, currentContext());
    if (problem.status >= 500 && !(error instanceof TooBusy)) {
      this.logger.error({ msg: 'event failed', event, code: problem.code, err: error });
    }
    return { ok: false, error: problem };
  }
}
