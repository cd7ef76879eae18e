import type { ConversationChange } from '../change/conversation-change';
import { InsufficientRole, WrongConversationType } from '../conversation.errors';

/** People in one group, its founder included. */
export const MAX_GROUP_SIZE = 8;

/** @throws WrongConversationType */
export function mustBeGroup({ type }: ConversationChange): void {
  if (type !== 'group') throw new WrongConversationType('Only groups can do this.');
}

/** @throws InsufficientRole */
export function mustBeAdmin(change: ConversationChange, userId: string): void {
  if (!change.hasRole(userId, 'admin')) throw new InsufficientRole('Only an admin of the group can do this.');
}
