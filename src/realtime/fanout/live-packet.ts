import type { ChatEvent, ChatEventType } from '../../outbox';
import type { ServerToClient } from '../socket-contract';

/** How each event is called on the wire. An event that is not here is no news to clients. */
const FRAME_NAMES = {
  MessageCreated: 'new_message',
  MessageUpdated: 'message_updated',
  MessageDeleted: 'message_deleted',
  MessageExpired: 'message_deleted',
  MessageRead: 'messages_read',
  MessageDelivered: 'messages_delivered',
  ConversationCreated: 'conversation_created',
  ConversationUpdated: 'conversation_updated',
  ParticipantAdded: 'participant_added',
  ParticipantRemoved: 'participant_removed',
} as const satisfies Partial<Record<ChatEventType, keyof ServerToClient>>;

export type LiveEvent = (typeof FRAME_NAMES)[keyof typeof FRAME_NAMES];

const LIVE_EVENTS: ReadonlySet<string> = new Set(Object.values(FRAME_NAMES));

/** What the sockets of an audience hear. The payload is the event's own: it was made to be public. */
export interface LivePacket {
  readonly event: LiveEvent;
  readonly payload: object;
}

export function packetFor({ eventType, payload }: ChatEvent): LivePacket | null {
  const names: Partial<Record<ChatEventType, LiveEvent>> = FRAME_NAMES;
  const event = Object.hasOwn(names, eventType) ? names[eventType] : undefined;
  return event === undefined ? null : { event, payload: payload as object };
}

export function isLiveEvent(name: unknown): name is LiveEvent {
  return typeof name === 'string' && LIVE_EVENTS.has(name);
}
