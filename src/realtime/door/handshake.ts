import { Injectable, Logger } from '@nestjs/common';
import { Authenticator, isUnknownCaller, type VerifiedToken } from '../../auth';
import { toProblem, ValidationFailed } from '../../common/problem';
import { contextFrom, currentContext, runInContext } from '../../common/request-context';
import { type Origin, RateLimits } from '../../rate-limit';
import { SecurityEvents } from '../../telemetry';
import type { ChatSocket } from '../socket-contract';
import { LIVE_STREAM } from '../stream/live-stream-transport';
import { Arrivals } from './arrivals';
import { ConnectionDoor } from './connection-door';
import { STRANGER } from './stranger';

type Next = (refusal?: Error) => void;

/** The event of a connection by which nobody is let in, with the reason: for those who say so otherwise than by packet. */
export const REFUSED = Symbol('refused');

/** Lets sockets in by their token, and tells the others why not. */
@Injectable()
export class Handshake {
  private readonly logger = new Logger(Handshake.name);

  constructor(
    private readonly authenticator: Authenticator,
    private readonly door: ConnectionDoor,
    private readonly arrivals: Arrivals,
    private readonly limits: RateLimits,
    private readonly security: SecurityEvents,
  ) {}

  /** A middleware of the namespace. What it does not call `next` for waits until it is cut. */
  admit(socket: ChatSocket, next: Next): void {
    this.arrivals.add('ask', () =>
      runInContext(contextFrom(socket.handshake.headers), () => {
        this.open(socket).then(
          () => this.arrivals.add('enter', next),
          // Whoever listens for it answers, and keeps records of it, as of any request that is refused.
          (error: unknown) =>
            next(socket.conn.emit(REFUSED, error) ? new Error('refused') : this.refusal(error)),
        );
      }),
    );
  }

  private async open(socket: ChatSocket): Promise<void> {
    const { actor, issuedAt, expiresAt } = await this.identify(socket);
    // The request that became a stream was counted as a request.
    if (socket.conn.transport.name !== LIVE_STREAM) await this.limits.request(actor);
    const since = sinceOf(socket);
    this.door.admit(socket.conn);
    socket.data = { actor, issuedAt, expiresAt, since, underway: 0, isLeaving: false };
  }

  private async identify(socket: ChatSocket): Promise<VerifiedToken> {
    try {
      return await this.tokenOf(socket);
    } catch (refusal) {
      if (isUnknownCaller(refusal)) await this.limits.stranger(originOf(socket));
      throw refusal;
    }
  }

  /** The query string is never looked at: it ends up in the logs of every proxy on the way. */
  private tokenOf({ handshake }: ChatSocket): Promise<VerifiedToken> {
    const { token } = handshake.auth as { token?: unknown };
    return token === undefined
      ? this.authenticator.fromHeader(handshake.headers.authorization)
      : this.authenticator.fromToken(token);
  }

  /** Arrives at the client as a `connect_error` whose `data` is the problem. */
  private refusal(error: unknown): Error {
    const problem = toProblem(error, currentContext());
    if (problem.status >= 500) this.logger.error({ msg: 'handshake failed', code: problem.code, err: error });
    this.security.refused(problem.code, STRANGER);
    return Object.assign(new Error(problem.title), { data: problem });
  }
}

/** Whether it is a good token is found out later: with a bad one nobody is kept out. @throws ValidationFailed */
function sinceOf({ handshake }: ChatSocket): string | null {
  const { since = null } = handshake.auth as { since?: unknown };
  if (since !== null && typeof since !== 'string') throw ValidationFailed.of('since', 'must be a sync token');
  return since;
}

/** Of the request that made the connection: those after it may come from elsewhere, or be one still to come. */
function originOf({ handshake }: ChatSocket): Origin {
  return { headers: handshake.headers, socket: { remoteAddress: handshake.address } };
}
