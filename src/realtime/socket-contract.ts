import type { Server, Socket } from 'socket.io';
import type { Actor } from '../common/actor';
import type { Problem } from '../common/problem';
import type {
  ConversationParams,
  DeliveredProgressDto,
  ParticipantRole,
  PublicConversationDto,
  ReadProgressDto,
} from '../conversations';
import type { MessageDto } from '../message-view';
import type { MessageParams } from '../messages';
import type { PresenceDto, UserPresenceDto } from '../presence';
import type { Profile } from '../profile';
import type { SyncPageDto } from '../sync';
import type { RefreshTokenEventDto } from './door/refresh-token-event.dto';
import type { EditMessageEventDto } from './edit-message-event.dto';
import type { MarkEventDto } from './mark-event.dto';
import type { PresenceEventDto } from './presence/presence-event.dto';
import type { SendMessageEventDto } from './send-message-event.dto';
import type { SyncEventDto } from './sync-event.dto';

/** What every event of a client is answered with. */
export type Ack<T> = { ok: true; data: T } | { ok: false; error: Problem };

/** An event a client may send: one object, and a callback for the answer. */
type Asks<Body, Answer> = (body: Body, ack: (answer: Ack<Answer>) => void) => void;

export interface ClientToServer {
  send_message: Asks<SendMessageEventDto, MessageDto>;
  edit_message: Asks<EditMessageEventDto, MessageDto>;
  delete_message: Asks<MessageParams, MessageDto>;
  refresh_token: Asks<RefreshTokenEventDto, null>;
  mark_as_read: Asks<MarkEventDto, ReadProgressDto>;
  mark_as_delivered: Asks<MarkEventDto, DeliveredProgressDto>;
  typing_start: Asks<ConversationParams, null>;
  typing_stop: Asks<ConversationParams, null>;
  subscribe_presence: Asks<PresenceEventDto, PresenceDto>;
  unsubscribe_presence: Asks<PresenceEventDto, PresenceDto>;
  sync: Asks<SyncEventDto, SyncPageDto>;
}

/** How far somebody has got. */
interface Receipt {
  conversationId: string;
  userId: string;
  seq: number;
  at: string;
}

interface Membership {
  conversationId: string;
  userId: string;
  role: ParticipantRole;
}

/** Why a client has to ask for what changed. */
export interface SyncRequired {
  /**
   * - `missed_events`: live events may have passed it by.
   * - `too_many_missed`: what it missed is more than is told by itself.
   * - `invalid_cursor`, `resync_required`: its token is no good, or too old.
   * - `unavailable`: what it missed can not be looked up now. Comes again when it can.
   * - `slow_consumer`: it did not read; what waited was dropped, and the connection is closed.
   */
  reason:
    | 'missed_events'
    | 'too_many_missed'
    | 'invalid_cursor'
    | 'resync_required'
    | 'unavailable'
    | 'slow_consumer';
}

export interface ServerToClient {
  /**
   * What was missed has been told; from here on the client hears what happens. `since` is a sync token of all that
   * was told; null: ask for one.
   */
  ready: (frame: { userId: string; serverTime: string; since: string | null }) => void;
  /** `replayed`: it was missed. Comes before `ready`, and again with the next connection until it is marked. */
  new_message: (frame: { message: MessageDto; replayed?: true }) => void;
  message_updated: (frame: { message: MessageDto }) => void;
  /** It was deleted, or its time is over: the message is a tombstone. */
  message_deleted: (frame: { message: MessageDto }) => void;
  messages_read: (frame: Receipt) => void;
  messages_delivered: (frame: Receipt) => void;
  /** To one's own devices. 1000 means "or more". */
  unread_changed: (frame: { conversationId: string; unreadCount: number }) => void;
  conversation_updated: (frame: { conversation: PublicConversationDto }) => void;
  participant_added: (frame: Membership) => void;
  /** The removed one hears it, too, and then nothing more. */
  participant_removed: (frame: Membership) => void;
  conversation_created: (frame: { conversation: PublicConversationDto }) => void;
  /** Ends by itself five seconds after the last that was said of it. */
  user_typing: (frame: { conversationId: string; userId: string; isTyping: boolean }) => void;
  /** To whoever subscribed to them. Of a business, `lastSeenAt` is null. */
  presence_changed: (frame: ({ userId: string } | { businessId: string }) & UserPresenceDto) => void;
  /** What has changed since the client's token: before `ready`, page after page. */
  sync: (page: SyncPageDto) => void;
  /** Something may have been missed. Ask for what changed; nothing else will bring it. */
  sync_required: (frame: SyncRequired) => void;
  /** The token's time is over; the connection is closed. Come back with a fresh one. */
  session_expired: () => void;
  /** The same person has opened more connections than they may have, and this was the oldest; it is closed. */
  session_evicted: () => void;
  /** This node is about to stop: the connection will be closed within seconds. Come back; another one answers. */
  server_draining: () => void;
  /** Somebody, or a business, the user shares a conversation with goes by another name or picture. */
  profile_updated: (frame: { profile: Profile }) => void;
}

/** What the server knows of a socket that was let in. */
export interface SocketData {
  readonly actor: Actor;
  /** When its token was issued; null where it does not say. */
  readonly issuedAt: Date | null;
  /** When its token ends. */
  readonly expiresAt: Date;
  /** The sync token that it has come with; null where it has none. */
  readonly since: string | null;
  /** Events it has sent that are not answered yet. */
  underway: number;
  /** It is about to be closed: what it sends from now on is refused unread. */
  isLeaving: boolean;
}

type NoEvents = Record<string, never>;

export type ChatServer = Server<ClientToServer, ServerToClient, NoEvents, SocketData>;
export type ChatSocket = Socket<ClientToServer, ServerToClient, NoEvents, SocketData>;

/** The engine's connection under a socket: a WebSocket, or a sequence of polls. */
export type Connection = ChatSocket['conn'];
