import type { ChatEvent } from '../../outbox';
import { isLiveEvent, packetFor } from './live-packet';

const event = (eventType: string, payload: unknown): ChatEvent =>
  ({ eventType, payload }) as unknown as ChatEvent;

describe('packetFor', () => {
  it.each([
    ['MessageCreated', 'new_message', { message: { seq: 1 } }],
    ['MessageUpdated', 'message_updated', { message: { seq: 1 } }],
    ['MessageDeleted', 'message_deleted', { message: { seq: 1 } }],
    ['MessageExpired', 'message_deleted', { message: { seq: 1 } }],
    ['ConversationCreated', 'conversation_created', { conversation: { rev: 1 } }],
  ])('calls %s %s, and leaves what it carries as it is', (type, name, payload) => {
    expect(packetFor(event(type, payload))).toEqual({ event: name, payload });
  });

  it.each(['MessageTeleported', 'constructor', '__proto__'])('has nothing to say about %s', (type) => {
    expect(packetFor(event(type, {}))).toBeNull();
  });
});

describe('isLiveEvent', () => {
  it.each([
    ['new_message', true],
    ['session_expired', false],
    ['toString', false],
    [7, false],
  ])('%s: %s', (name, live) => expect(isLiveEvent(name)).toBe(live));
});
