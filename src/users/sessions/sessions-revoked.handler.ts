import { HandlesInternalEvent, type InternalEventHandler } from '../internal-events/internal-event-handler';
import { SessionRevocations } from './session-revocations.service';
import { SESSIONS_REVOKED, SessionsRevokedDto } from './sessions-revoked.dto';

@HandlesInternalEvent()
export class SessionsRevokedHandler implements InternalEventHandler<SessionsRevokedDto> {
  readonly type = SESSIONS_REVOKED;
  readonly shape = SessionsRevokedDto;

  constructor(private readonly revocations: SessionRevocations) {}

  async handle(tenantId: string, { uuid, before }: SessionsRevokedDto): Promise<void> {
    await this.revocations.revoke({ tenantId, userId: uuid }, before === undefined ? null : new Date(before));
  }
}
