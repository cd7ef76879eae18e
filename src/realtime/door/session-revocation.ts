import { Injectable, type OnModuleInit } from '@nestjs/common';
import type { Actor } from '../../common/actor';
import { SecurityEvents } from '../../telemetry';
import { ValidSessions } from '../../users';
import { LocalSockets } from '../fanout/local-sockets';
import type { ChatSocket } from '../socket-contract';
import { SessionExpiry } from './session-expiry';

/** Ends sockets when their token is revoked. */
@Injectable()
export class SessionRevocation implements OnModuleInit {
  constructor(
    private readonly sessions: ValidSessions,
    private readonly sockets: LocalSockets,
    private readonly expiry: SessionExpiry,
    private readonly security: SecurityEvents,
  ) {}

  onModuleInit(): void {
    this.sessions.onRevoked((person) => this.endOld(person));
  }

  /** To be called once for a socket that is heard of here: its token may have been revoked while it came in. */
  check(socket: ChatSocket): void {
    if (this.sessions.accept(socket.data)) return;
    const { userId: caller, tenantId } = socket.data.actor;
    this.security.record('session_revoked', { door: 'socket', operation: 'session', caller, tenantId });
    this.expiry.end(socket);
  }

  /** Those with newer tokens stay. */
  private endOld(person: Actor): void {
    for (const socket of this.sockets.of(person)) this.check(socket);
  }
}
