import type { ConversationDto } from '../../../src/conversations/dto/conversation.dto';
import type { MessageDto } from '../../../src/message-view';
import type { SyncPageDto } from '../../../src/sync';
import type { Person } from '../chat-client';

interface Held {
  conversation: ConversationDto;
  readonly messages: Map<string, MessageDto>;
}

/** What a replica shows, in an order of its own: without names and pictures, and without `status`, which follows. */
export type Shown = Record<string, { conversation: object; messages: object[] }>;

/** The whole of what a client knows, as one would keep it on a device: taken once, and kept by sync alone. */
export class Replica {
  private readonly held = new Map<string, Held>();
  private since = '';

  private constructor(private readonly person: Person) {}

  /** Everything there is now: the inbox, and each history to its beginning. */
  static async of(person: Person): Promise<Replica> {
    const replica = new Replica(person);
    let page: SyncPageDto | undefined;
    do {
      page = (await person.syncs(page === undefined ? {} : { since: page.next })).body;
      for (const conversation of page.conversations)
        replica.held.set(conversation.id, { conversation, messages: new Map() });
      replica.since = page.next;
    } while (page.hasMore);
    for (const held of replica.held.values()) {
      for (const message of await wholeHistory(person, held.conversation))
        held.messages.set(message.id, message);
    }
    return replica;
  }

  /** One page more. @returns whether there is another. */
  async turnsPage(limit = 200): Promise<boolean> {
    const { status, body } = await this.person.syncs({ since: this.since, limit });
    if (status !== 200) throw new Error(`no sync: ${JSON.stringify(body)}`);
    this.take(body);
    return body.hasMore;
  }

  async catchesUp(limit = 200): Promise<void> {
    while (await this.turnsPage(limit));
  }

  show(): Shown {
    return Object.fromEntries(
      [...this.held].map(([id, { conversation, messages }]) => [
        id,
        {
          conversation: comparable(conversation),
          messages: [...messages.values()].sort((a, b) => a.seq - b.seq).map(withoutStatus),
        },
      ]),
    );
  }

  private take({ conversations, messages, receipts, removedConversationIds, next }: SyncPageDto): void {
    for (const id of removedConversationIds) this.held.delete(id);
    for (const conversation of conversations) {
      const { id } = conversation;
      this.held.set(id, {
        conversation,
        messages: this.held.get(id)?.messages ?? new Map<string, MessageDto>(),
      });
    }
    for (const { conversationId, userId, ...marks } of receipts) {
      const participants = this.held.get(conversationId)?.conversation.participants ?? [];
      Object.assign(participants.find((participant) => participant.userId === userId) ?? {}, marks);
    }
    for (const message of messages) this.held.get(message.conversationId)?.messages.set(message.id, message);
    this.since = next;
  }
}

async function wholeHistory(person: Person, conversation: { readonly id: string }): Promise<MessageDto[]> {
  const messages: MessageDto[] = [];
  for (let hasMore = true; hasMore;) {
    const { status, body } = await person.reads(conversation, {
      after: messages.at(-1)?.seq ?? 0,
      limit: 100,
    });
    // They left it in the meantime, which their next sync says.
    if (status === 404) return [];
    messages.push(...body.items);
    hasMore = body.hasMore;
  }
  return messages;
}

function comparable({ participants, lastMessage, ...rest }: ConversationDto): object {
  return {
    ...rest,
    lastMessage: lastMessage && withoutStatus(lastMessage),
    participants: participants.map(({ profile: _profile, ...participant }) => participant),
  };
}

function withoutStatus({ status: _status, ...message }: MessageDto): object {
  return message;
}
