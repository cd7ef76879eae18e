import { Injectable } from '@nestjs/common';
import type { Actor } from '../../common/actor';
import { GroupCommit } from '../../common/group-commit';
import { MessagesConfig } from '../../config';
import { Database, isOutage, UnreadableRows } from '../../database';
import { faultInMessage, type MessageDto, toMessageDto } from '../../message-view';
import {
  type MissedPosition,
  type MissedQuery,
  MissedMessagesRepository,
  type MissedRows,
} from './missed-messages.repository';

export type { MissedPosition };

/** What somebody has missed, or a part of it. */
export interface MissedMessages {
  /** As frames have them, ascending by seq in each conversation. */
  readonly messages: readonly MessageDto[];
  /** From where to read on; undefined when that was all. */
  readonly next?: MissedPosition;
  /** The state of the database that it was read in, as `pg_current_snapshot()` writes it, and when. */
  readonly snapshot: string;
  readonly takenAt: Date;
}

/** What is read of somebody at first. Most have missed less. */
const AT_FIRST = 64;
/** Text that one of them is sent at once; their messages are in memory until they are on their way. */
const BYTES = 256 * 1024;

/** People whose messages one statement reads: a few milliseconds of Postgres, a few megabytes here at the very most. */
const PEOPLE_AT_ONCE = 64;
/** The same for those who have missed much. */
const MANY_READERS_AT_ONCE = 4;
/** Later, it is better to be told to sync than to wait. */
const PATIENCE_MS = 8_000;

/**
 * What people have missed: the messages after their delivered mark, in all their conversations, as Postgres has them.
 * Those who ask while others are being read are read together, so that thousands who come at once cost few
 * statements; whoever comes alone does not wait.
 */
@Injectable()
export class MissedMessagesService {
  private readonly beginnings = this.together(PEOPLE_AT_ONCE);
  private readonly continuations = this.together(MANY_READERS_AT_ONCE);

  constructor(
    private readonly repository: MissedMessagesRepository,
    private readonly database: Database,
    private readonly config: MessagesConfig,
    private readonly unreadable: UnreadableRows,
  ) {}

  /** The beginning, and with that for most people all of it. @throws DependencyUnavailable */
  async of(reader: Actor): Promise<MissedMessages> {
    return this.toMissed(await this.beginnings.add({ reader, limit: AT_FIRST }));
  }

  /**
   * What comes after a page: at most `limit` messages, fewer where they are long.
   *
   * @throws DependencyUnavailable
   */
  async after(reader: Actor, after: MissedPosition, limit: number): Promise<MissedMessages> {
    return this.toMissed(await this.continuations.add({ reader, after, limit }));
  }

  private together(size: number): GroupCommit<MissedQuery, MissedRows> {
    return new GroupCommit(
      (queries) => this.repository.pages(this.database, queries, BYTES, this.config.retentionDays),
      // A row that can not be read at all is the matter of its readers only.
      (error) => !isOutage(error),
      // Nobody waits who has no socket, and of these there are not endlessly many.
      { size, waiting: Infinity, patienceMs: PATIENCE_MS },
    );
  }

  private toMissed({ rows, hasMore, snapshot, takenAt }: MissedRows): MissedMessages {
    const messages = this.unreadable
      .without('messages', rows, faultInMessage, ({ id }) => id)
      .map((row) => toMessageDto(row));
    const last = rows.at(-1);
    const next =
      hasMore && last !== undefined ? { conversationId: last.conversationId, seq: last.seq } : undefined;
    return { messages, next, snapshot, takenAt };
  }
}
