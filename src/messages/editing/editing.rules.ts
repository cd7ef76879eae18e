import { type DomainError, ValidationFailed } from '../../common/problem';
import { Blocked } from '../../conversations';
import { EditWindowClosed, MessageIsTombstone, NotSender } from '../message.errors';

/** The only type whose content is its sender's own words; others have meanings that a change could belie. */
export const EDITABLE_TYPE = 'text';

/** What decides on changes to a message, as it is while its conversation is held. Times are judged by Postgres. */
export interface Standing {
  /** null: the service. */
  readonly senderId: string | null;
  readonly type: string;
  readonly isDeleted: boolean;
  /** Its time is over; whether it has been made a tombstone yet is a matter of moments. */
  readonly isExpired: boolean;
  readonly isInEditWindow: boolean;
}

/** A member who wants a change. */
export interface Changer {
  readonly userId: string;
  /** Of a group. */
  readonly isAdmin: boolean;
  /** One side of the direct conversation has blocked the other. */
  readonly isBlocked: boolean;
}

/** Why this member may not edit the message, rights before state; undefined when they may. */
export function refusalToEdit(message: Standing, changer: Changer): DomainError | undefined {
  if (message.senderId !== changer.userId) return new NotSender('Only its sender may edit a message.');
  if (changer.isBlocked) return new Blocked();
  if (message.type !== EDITABLE_TYPE) return ValidationFailed.of('content', 'only text can be edited');
  if (message.isDeleted || message.isExpired) return new MessageIsTombstone();
  return message.isInEditWindow ? undefined : new EditWindowClosed();
}

/** Why this member may not delete the message. A block is no reason: to take something back tells nobody anything. */
export function refusalToDelete(message: Standing, changer: Changer): DomainError | undefined {
  return message.senderId === changer.userId || changer.isAdmin
    ? undefined
    : new NotSender('Only its sender, or an admin of the group, may delete a message.');
}
