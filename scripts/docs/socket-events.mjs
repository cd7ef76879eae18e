import { closed } from './event-schemas.mjs';

const UUID = { type: 'string', format: 'uuid' };
const TIME = { type: 'string', format: 'date-time' };
const UNREAD = { type: 'integer', minimum: 0, maximum: 1000, description: '1000 means "or more".' };
const STATUS = { enum: ['online', 'offline'] };
const LAST_SEEN = {
  type: ['string', 'null'],
  format: 'date-time',
  description: 'null: never, or nothing you may know.',
};

const SYNC_REASONS = [
  'missed_events',
  'too_many_missed',
  'invalid_cursor',
  'resync_required',
  'unavailable',
  'slow_consumer',
];
const SYNC_REASON =
  'Live events may have been missed; more was missed than is told by itself; the token of the handshake is no good, or too old; what was missed can not be looked up now (said again when it can); the client did not read, and what waited for it was dropped.';

const named = (name) => ({ $ref: `#/$defs/${name}` });
const receipt = () =>
  closed({ conversationId: UUID, userId: UUID, seq: { type: 'integer', minimum: 1 }, at: TIME });
const membership = ({ Participant }) =>
  closed({ conversationId: UUID, userId: UUID, role: Participant.properties.role });

/** There is nothing to say in it. */
const nothing = () => null;

/**
 * Of each event a client may send: what it is for, the schema of its one argument, and that of the data it is
 * acknowledged with. Of the two, what is a class in the code is called by its name, and the others are written here.
 */
export const CLIENT_EVENTS = {
  send_message: [
    'Sends a message. Acknowledged when it is stored; the same key again brings the same message.',
    () => named('SendMessageEvent'),
    () => named('OwnMessage'),
  ],
  edit_message: [
    'Changes what a message of one’s own says.',
    () => named('EditMessageEvent'),
    () => named('OwnMessage'),
  ],
  delete_message: ['Makes a message a tombstone.', () => named('MessageParams'), () => named('OwnMessage')],
  mark_as_read: [
    'Everything up to this message was read. Never moves back.',
    () => named('MarkEvent'),
    () => named('ReadProgress'),
  ],
  mark_as_delivered: [
    'Everything up to this message has arrived. Never moves back.',
    () => named('MarkEvent'),
    () => named('DeliveredProgress'),
  ],
  typing_start: [
    'The user is writing: to be said again every few seconds for as long as it is so.',
    () => named('ConversationParams'),
    nothing,
  ],
  typing_stop: ['The user writes no more.', () => named('ConversationParams'), nothing],
  subscribe_presence: [
    'Tells of these people’s presence from now on.',
    () => named('PresenceEvent'),
    () => named('Presence'),
  ],
  unsubscribe_presence: ['Tells no more of it.', () => named('PresenceEvent'), () => named('Presence')],
  sync: [
    'What changed since. Ask on with `next` while `hasMore`.',
    () => named('SyncEvent'),
    () => named('SyncPage'),
  ],
  refresh_token: [
    'The session goes on with this token, of the same person. Where it is refused, it ends when it would have.',
    () => named('RefreshTokenEvent'),
    nothing,
  ],
};

/** Of each event the server sends: when, and the schema of its one argument. */
export const SERVER_EVENTS = {
  ready: [
    'What the user missed has been told. From here on everything is heard that happens.',
    () =>
      closed({
        userId: UUID,
        serverTime: TIME,
        since: { type: ['string', 'null'], description: 'A sync token of what was told; null: ask for one.' },
      }),
  ],
  new_message: [
    'A message was sent, in a conversation of the user’s. Every device hears it, the sender’s too. `replayed`: it was missed; it is told again with each connection until it is marked as delivered.',
    () => ({ ...closed({ message: named('Message'), replayed: { const: true } }), required: ['message'] }),
  ],
  message_updated: ['A message was changed.', () => closed({ message: named('Message') })],
  message_deleted: [
    'A message was deleted, or its time is over: a tombstone is left.',
    () => closed({ message: named('Message') }),
  ],
  messages_read: ['Somebody has read everything up to `seq`.', receipt],
  messages_delivered: ['Everything up to `seq` has reached somebody.', receipt],
  conversation_created: [
    'There is a new conversation.',
    () => closed({ conversation: named('Conversation') }),
  ],
  conversation_updated: [
    'A conversation was changed.',
    () => closed({ conversation: named('Conversation') }),
  ],
  participant_added: ['Somebody has joined.', membership],
  participant_removed: [
    'Somebody has left, or was removed. They hear it, too, and then nothing more of it.',
    membership,
  ],
  user_typing: [
    'Somebody is writing, or has stopped to. Ends by itself.',
    () => closed({ conversationId: UUID, userId: UUID, isTyping: { type: 'boolean' } }),
  ],
  presence_changed: [
    'Somebody, or a business, whom the user has subscribed to has come or gone.',
    () => ({
      oneOf: [
        closed({ userId: UUID, status: STATUS, lastSeenAt: LAST_SEEN }),
        closed({ businessId: UUID, status: STATUS, lastSeenAt: LAST_SEEN }),
      ],
    }),
  ],
  unread_changed: [
    'How much of a conversation the user has not read. Only their own devices hear it.',
    () => closed({ conversationId: UUID, unreadCount: UNREAD }),
  ],
  profile_updated: [
    'Somebody, or a business, the user shares a conversation with goes by another name or picture.',
    () => closed({ profile: named('Profile') }),
  ],
  sync: [
    'What has changed since the token of the handshake: page after page, before `ready`.',
    () => named('SyncPage'),
  ],
  sync_required: [
    'Something may have been missed. Ask for what changed; nothing else will bring it.',
    () => closed({ reason: { enum: SYNC_REASONS, description: SYNC_REASON } }),
  ],
  session_expired: ['The token’s time is over, or it was revoked. The connection is closed.', nothing],
  session_evicted: [
    'The user has more connections than they may have, and this was the oldest. It is closed.',
    nothing,
  ],
  server_draining: [
    'This node is about to stop, and closes the connection within seconds. Come back: another one answers.',
    nothing,
  ],
};
