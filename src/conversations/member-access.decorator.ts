import { ApiExtension } from '@nestjs/swagger';
import type { ConversationType } from './conversation-row';

/** Where this stands in an operation of the OpenAPI document. */
const MEMBER_ACCESS = 'x-member-access';

export interface MemberAccess {
  /**
   * Any of these will do: an admin of the group, the sender of the message, the one whom it is about. Left out: every
   * member. A direct conversation has no admins: what is for them alone in a group, either side may do there.
   */
  readonly roles?: readonly ('admin' | 'sender' | 'self')[];
  /** The only types of conversation it is for. */
  readonly types?: readonly ConversationType[];
  /** Refused to both while one side of a direct conversation blocks the other; to open it, to the blocked side alone. */
  readonly notWhileBlocked?: true;
}

/**
 * Tells readers of the document which members an operation is for. It decides nothing: the domain does, and the
 * access matrix (docs/access-matrix.md) is proof that the two agree.
 */
export function ApiMemberAccess(access: MemberAccess): MethodDecorator {
  return ApiExtension(MEMBER_ACCESS, access);
}
