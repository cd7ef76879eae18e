import type { Tx } from '../../database';
import type { Announcement, ChatEventType } from '../../outbox';
import { ConversationNotFound } from '../conversation.errors';
import type { ConversationType, ParticipantRole } from '../conversation-row';
import type { ConversationChangesRepository, HeldRow, Member } from './conversation-changes.repository';

/** An event to be recorded; what it says may depend on the revision it makes. */
export interface Happening {
  readonly eventType: ChatEventType;
  readonly payload: (rev: number) => object;
  /** What the outbox keeps, where that is less: what a message said is stored once, where it can be deleted. */
  readonly kept?: object;
  /** Who may hear it; all members as they are now, unless it says otherwise. */
  readonly audience?: readonly string[];
}

/**
 * A conversation that this transaction holds locked: what is seen of it, its members and its blocks stays true
 * until the commit, and each event recorded raises its revision by one.
 */
export class ConversationChange {
  readonly announcements: Announcement[] = [];

  constructor(
    readonly tx: Tx,
    private readonly repository: ConversationChangesRepository,
    private readonly traceId: string,
    private readonly row: HeldRow,
    private present: readonly Member[],
  ) {}

  get id(): string {
    return this.row.id;
  }

  get tenantId(): string {
    return this.row.tenantId;
  }

  get type(): ConversationType {
    return this.row.type;
  }

  get name(): string | null {
    return this.row.name;
  }

  /** Revision of the last event recorded. */
  get rev(): number {
    return this.announcements.at(-1)?.event.rev ?? this.row.rev;
  }

  /** One side of this direct conversation has blocked the other. */
  get isBlocked(): boolean {
    return this.row.isBlocked;
  }

  /** Longest-standing first. */
  get members(): readonly Member[] {
    return this.present;
  }

  /** @throws ConversationNotFound: to everybody else it does not exist. */
  member(userId: string): Member {
    const member = this.find(userId);
    if (member === undefined) throw new ConversationNotFound();
    return member;
  }

  find(userId: string): Member | undefined {
    return this.present.find((member) => member.userId === userId);
  }

  hasRole(userId: string, role: ParticipantRole): boolean {
    return this.find(userId)?.role === role;
  }

  /** Reads the members anew, after this transaction has changed them. */
  async reload(): Promise<void> {
    this.present = await this.repository.members(this.tx, this.id);
  }

  /** Raises the revision, and writes the event into the outbox; told of after the commit. */
  async record({ eventType, payload, kept, audience = this.audience }: Happening): Promise<number> {
    const rev = this.rev + 1;
    const recorded = await this.repository.record(this.tx, {
      conversationId: this.id,
      tenantId: this.tenantId,
      eventType,
      rev,
      traceId: this.traceId,
      payload: payload(rev),
      kept,
      audience,
    });
    this.announcements.push(recorded);
    return rev;
  }

  /** Takes over what another writer recorded in this transaction: a message that went with the change. */
  include(announcement: Announcement): void {
    this.announcements.push(announcement);
  }

  private get audience(): readonly string[] {
    return this.present.map(({ userId }) => userId);
  }
}
