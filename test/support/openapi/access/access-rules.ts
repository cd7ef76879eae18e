import type { ProblemCode } from '../../../../src/common/problem';
import type { Operation } from '../document';
import type { CallerKind } from './callers';

export type Outcome = 'ok' | ProblemCode;

/** What comes of a request that is right in itself, by what the document says of the operation and who asks. */
export function outcomeFor(operation: Operation, caller: CallerKind): Outcome {
  switch (operation.access) {
    case 'public':
      return 'ok';
    case 'service':
      return caller.token === 'service' ? outcomeForService(operation, caller) : 'unauthenticated';
    case 'user':
      if (caller.token === 'expired') return 'token_expired';
      return caller.token === 'user' ? outcomeForUser(operation, caller) : 'unauthenticated';
  }
}

export function isAboutConversation({ path }: Operation): boolean {
  return path.includes('{conversationId}');
}

function outcomeForService(operation: Operation, { tenant }: CallerKind): Outcome {
  return isAboutConversation(operation) && tenant === 'other' ? 'conversation_not_found' : 'ok';
}

function outcomeForUser(operation: Operation, caller: CallerKind): Outcome {
  const { types, notWhileBlocked = false } = operation.memberAccess;
  if (isAboutConversation(operation)) {
    if (caller.memberOf === undefined) return 'conversation_not_found';
    if (types !== undefined && !types.includes(caller.memberOf)) return 'wrong_conversation_type';
    const refusal = refusalByRole(operation, caller);
    if (refusal !== undefined) return refusal;
  }
  const isRefused =
    caller.blockedBy === 'the other' || (caller.blockedBy === 'them' && isAboutConversation(operation));
  return notWhileBlocked && isRefused ? 'blocked' : 'ok';
}

function refusalByRole({ memberAccess: { roles } }: Operation, caller: CallerKind): Outcome | undefined {
  if (roles === undefined || roles.some((role) => caller.roles.includes(role))) return undefined;
  if (roles.includes('sender')) return 'not_sender';
  // A direct conversation has no admins: what is for them alone in a group, either side may do there.
  return caller.memberOf === 'direct' && roles.every((role) => role === 'admin')
    ? undefined
    : 'insufficient_role';
}
