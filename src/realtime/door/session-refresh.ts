import { Injectable } from '@nestjs/common';
import { Authenticator, TokenExpired, Unauthenticated } from '../../auth';
import type { Actor } from '../../common/actor';
import type { ChatSocket } from '../socket-contract';
import { SessionExpiry } from './session-expiry';
import { SessionRevocation } from './session-revocation';

/** Gives an open socket another token, so that it outlives the one it was opened with. */
@Injectable()
export class SessionRefresh {
  constructor(
    private readonly authenticator: Authenticator,
    private readonly expiry: SessionExpiry,
    private readonly revocation: SessionRevocation,
  ) {}

  /**
   * Where it is refused the socket stays as it was, until the end of the token it has.
   *
   * @throws Unauthenticated when the token can not be believed or is somebody else's; TokenExpired;
   * DependencyUnavailable
   */
  async refresh(socket: ChatSocket, token: string): Promise<void> {
    const { actor, issuedAt, expiresAt } = await this.authenticator.fromToken(token);
    if (!isSame(actor, socket.data.actor)) throw new Unauthenticated('The token is not of the same person.');
    // The leeway for clocks that disagree would let it in, only to end the socket at once.
    if (expiresAt.getTime() <= Date.now()) throw new TokenExpired();
    if (!socket.connected) return;
    Object.assign(socket.data, { issuedAt, expiresAt });
    this.expiry.renew(socket);
    // It may have been revoked while it was judged, when the socket still had the other one.
    this.revocation.check(socket);
  }
}

function isSame(one: Actor, other: Actor): boolean {
  return one.userId === other.userId && one.tenantId === other.tenantId;
}
