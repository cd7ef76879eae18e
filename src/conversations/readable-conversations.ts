import { Injectable } from '@nestjs/common';
import { UnreadableRows } from '../database';
import { faultInMessage, isTime } from '../message-view';
import type { ConversationRow, ParticipantRow } from './conversation-row';

/** Of conversations as SQL hands them out, and of their parts, those that can be shown. */
@Injectable()
export class ReadableConversations {
  constructor(private readonly unreadable: UnreadableRows) {}

  of<Row extends ConversationRow>(rows: readonly Row[]): Row[] {
    return this.unreadable
      .without('conversations', rows, faultInConversation, ({ id }) => id)
      .map((row) => this.withReadableParts(row));
  }

  private withReadableParts<Row extends ConversationRow>(row: Row): Row {
    const { lastMessage, participants } = row;
    const latest = lastMessage === null ? [] : [lastMessage];
    const [readable = null] = this.unreadable.without('messages', latest, faultInMessage, ({ id }) => id);
    return {
      ...row,
      lastMessage: readable,
      participants: this.unreadable.without('participants', participants, faultInParticipant, () => row.id),
    };
  }
}

function faultInConversation({ createdAt, lastActivityAt }: ConversationRow): string | undefined {
  if (!isTime(createdAt)) return 'createdAt';
  return isTime(lastActivityAt) ? undefined : 'lastActivityAt';
}

function faultInParticipant({ joinedAt }: ParticipantRow): string | undefined {
  return isTime(joinedAt) ? undefined : 'joinedAt';
}
