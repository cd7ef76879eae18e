import type {
  ConversationDto,
  ConversationPageDto,
  ParticipantDto,
} from '../../src/conversations/dto/conversation.dto';
import type { DeliveredProgressDto, ReadProgressDto } from '../../src/conversations/receipts/receipts.dto';
import type { MessageDto } from '../../src/message-view';
import type { MessagePage } from '../../src/messages';
import type { SyncPageDto } from '../../src/sync';
import { Device, type DeviceOptions } from './device';
import { EventStream, type StreamOptions } from './event-stream';
import { type Answer, request, type RequestParts } from './rest';
import { secondsFromNow, signedToken } from './tokens';

type Query = Readonly<Record<string, string | number>>;
type Conversation = Pick<ConversationDto, 'id'>;

export interface Identity {
  readonly name: string;
  readonly id: string;
  /** null: the token names none. */
  readonly tenantId: string | null;
  /** How long the token is good. Default an hour. */
  readonly tokenSeconds?: number;
}

/** Somebody with a token, who talks to one node of the world. */
export class Person {
  readonly token: string;

  /** @param nodeUrls of the world, in order; it may get more. */
  constructor(
    private readonly identity: Identity,
    private readonly nodeUrls: readonly string[],
    private readonly node = 0,
  ) {
    const { id, tenantId, tokenSeconds = 3_600 } = identity;
    const exp = secondsFromNow(tokenSeconds);
    this.token = signedToken({ sub: id, exp, ...(tenantId && { tenant: tenantId }) });
  }

  get id(): string {
    return this.identity.id;
  }

  get name(): string {
    return this.identity.name;
  }

  /** The same person, at another node. */
  at(node: number): Person {
    return new Person(this.identity, this.nodeUrls, node);
  }

  /** Any request, with this person's token unless `headers` say otherwise. */
  asks<Body>(method: string, path: string, { headers, ...parts }: RequestParts = {}): Promise<Answer<Body>> {
    const authorized = { authorization: `Bearer ${this.token}`, ...headers };
    return request(method, this.nodeUrl + path, { ...parts, headers: authorized });
  }

  opens(other: { readonly id: string }): Promise<Answer<ConversationDto>> {
    return this.asks('POST', '/v1/conversations', { body: { type: 'direct', participantIds: [other.id] } });
  }

  /** The conversation with `other`, new or not: where a story begins after that. */
  async chatWith(other: { readonly id: string }): Promise<ConversationDto> {
    const { status, body } = await this.opens(other);
    if (status !== 200 && status !== 201)
      throw new Error(`${this.name} could not open a conversation: ${JSON.stringify(body)}`);
    return body;
  }

  /** Founds a group. `more` are further fields of the body. */
  founds(
    others: readonly { readonly id: string }[],
    more: Readonly<Record<string, unknown>> = {},
    headers?: RequestParts['headers'],
  ): Promise<Answer<ConversationDto>> {
    const body = { type: 'group', participantIds: others.map(({ id }) => id), ...more };
    return this.asks('POST', '/v1/conversations', { body, headers });
  }

  /** A new group with these: where a story begins after that. */
  async groupWith(...others: readonly { readonly id: string }[]): Promise<ConversationDto> {
    const { status, body } = await this.founds(others);
    if (status !== 201) throw new Error(`${this.name} could not found a group: ${JSON.stringify(body)}`);
    return body;
  }

  adds(chat: Conversation, other: { readonly id: string }, role?: string): Promise<Answer<ParticipantDto>> {
    return this.asks('POST', `/v1/conversations/${chat.id}/participants`, {
      body: { userId: other.id, role },
    });
  }

  makes(chat: Conversation, other: { readonly id: string }, role: string): Promise<Answer<ParticipantDto>> {
    return this.asks('PATCH', `/v1/conversations/${chat.id}/participants/${other.id}`, { body: { role } });
  }

  /** Somebody else, or oneself, to leave. */
  removes(chat: Conversation, other: { readonly id: string }): Promise<Answer<unknown>> {
    return this.asks('DELETE', `/v1/conversations/${chat.id}/participants/${other.id}`);
  }

  changes(chat: Conversation, body: unknown): Promise<Answer<ConversationDto>> {
    return this.asks('PATCH', `/v1/conversations/${chat.id}`, { body });
  }

  marksRead(chat: Conversation, mark: unknown): Promise<Answer<ReadProgressDto>> {
    return this.asks('POST', `/v1/conversations/${chat.id}/read`, { body: mark });
  }

  marksDelivered(chat: Conversation, seq: unknown): Promise<Answer<DeliveredProgressDto>> {
    return this.asks('POST', `/v1/conversations/${chat.id}/delivered`, { body: { seq } });
  }

  /** Sends a text. `more` are further fields of the body. */
  says(chat: Conversation, content: string, more: Readonly<Record<string, unknown>> = {}) {
    return this.sends(chat, { content, ...more });
  }

  /** Sends a body as it is. */
  sends(chat: Conversation, body: unknown, headers?: RequestParts['headers']): Promise<Answer<MessageDto>> {
    return this.asks('POST', `/v1/conversations/${chat.id}/messages`, { body, headers });
  }

  edits(chat: Conversation, messageId: string, content: string): Promise<Answer<MessageDto>> {
    return this.asks('PATCH', `/v1/conversations/${chat.id}/messages/${messageId}`, { body: { content } });
  }

  deletes(chat: Conversation, messageId: string): Promise<Answer<unknown>> {
    return this.asks('DELETE', `/v1/conversations/${chat.id}/messages/${messageId}`);
  }

  reads(chat: Conversation, query: Query = {}): Promise<Answer<MessagePage>> {
    return this.asks('GET', `/v1/conversations/${chat.id}/messages${queryString(query)}`);
  }

  finds(chat: Conversation, messageId: string): Promise<Answer<MessageDto>> {
    return this.asks('GET', `/v1/conversations/${chat.id}/messages/${messageId}`);
  }

  sees(chat: Conversation): Promise<Answer<ConversationDto>> {
    return this.asks('GET', `/v1/conversations/${chat.id}`);
  }

  inbox(query: Query = {}): Promise<Answer<ConversationPageDto>> {
    return this.asks('GET', `/v1/conversations${queryString(query)}`);
  }

  /** One page. */
  syncs(query: Query = {}): Promise<Answer<SyncPageDto>> {
    return this.asks('GET', `/v1/sync${queryString(query)}`);
  }

  /** A new device of this person, connected and ready. */
  connects(options: DeviceOptions = {}): Promise<Device> {
    return Device.connect(this.nodeUrl, { auth: { token: this.token }, ...options });
  }

  /** A stream of what this person hears, from its head on. */
  streams(options: StreamOptions = {}): Promise<EventStream> {
    return EventStream.open(this.nodeUrl, { token: this.token, ...options });
  }

  private get nodeUrl(): string {
    const url = this.nodeUrls[this.node];
    if (url === undefined) throw new Error(`The world has no node ${this.node}.`);
    return url;
  }
}

function queryString(query: Query): string {
  const pairs = Object.entries(query).map(([key, value]): [string, string] => [key, String(value)]);
  return pairs.length === 0 ? '' : `?${new URLSearchParams(pairs).toString()}`;
}
