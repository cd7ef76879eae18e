import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { IsString } from 'class-validator';
import { IsQueryInt, MayBeAbsent } from '../common/validation';
import { ConversationDto } from '../conversations';
import { MessageDto } from '../message-view';

export const DEFAULT_LIMIT = 200;
export const MAX_LIMIT = 500;

export class SyncQuery {
  @ApiPropertyOptional({
    description:
      'The `next` of the page before, or the `since` of a `ready`. None: the inbox, from the start',
  })
  @MayBeAbsent()
  @IsString()
  since?: string;

  @ApiPropertyOptional({
    type: 'integer',
    minimum: 1,
    maximum: MAX_LIMIT,
    default: DEFAULT_LIMIT,
    description: 'Conversations, removals and messages of a page, together',
  })
  @IsQueryInt(1, MAX_LIMIT)
  limit: number = DEFAULT_LIMIT;
}

export class ReceiptDto {
  @ApiProperty({ format: 'uuid' })
  conversationId: string;

  @ApiProperty({ format: 'uuid' })
  userId: string;

  @ApiProperty({
    type: 'integer',
    nullable: true,
    description: 'null where this person keeps it to themselves',
  })
  lastReadSeq: number | null;

  @ApiProperty({ type: 'integer' })
  lastDeliveredSeq: number;
}

/** The present state of what changed: what comes again replaces what was known. */
export class SyncPageDto {
  @ApiProperty({
    type: () => [ConversationDto],
    description:
      'Changed, or come into view; of each, the messages that changed are on this page and the next',
  })
  conversations: ConversationDto[];

  @ApiProperty({
    type: () => [MessageDto],
    description:
      'New ones of a conversation ascending by seq; those known before that changed come ahead of them',
  })
  messages: MessageDto[];

  @ApiProperty({ type: () => [ReceiptDto], description: 'How far participants have got' })
  receipts: ReceiptDto[];

  @ApiProperty({ type: [String], format: 'uuid', description: 'The caller is not in them any more' })
  removedConversationIds: string[];

  @ApiProperty({ description: 'Opaque: the `since` of the next page, or of the next sync' })
  next: string;

  @ApiProperty({ description: 'Whether there is another page now' })
  hasMore: boolean;
}
