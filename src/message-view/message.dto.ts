import { ApiProperty } from '@nestjs/swagger';

export class ReplyDto {
  @ApiProperty({ format: 'uuid' })
  id: string;

  @ApiProperty({ type: 'integer' })
  seq: number;

  @ApiProperty({ format: 'uuid', type: String, nullable: true })
  senderId: string | null;

  @ApiProperty({
    type: String,
    nullable: true,
    description: 'The beginning of the original; null where it was deleted or lies before your join.',
  })
  excerpt: string | null;
}

export type MessageStatus = 'sent' | 'delivered' | 'read';

/** The public Message. In frames and events it has no viewer, so `status` is `sent`. */
export class MessageDto {
  @ApiProperty({ format: 'uuid', description: 'UUIDv7' })
  id: string;

  @ApiProperty({ format: 'uuid' })
  conversationId: string;

  @ApiProperty({ type: 'integer', description: '1, 2, 3 … in the conversation, gap-free, in commit order' })
  seq: number;

  @ApiProperty({
    type: 'integer',
    description: "The conversation's revision at which this message last changed",
  })
  rev: number;

  @ApiProperty({ format: 'uuid', type: String, nullable: true, description: 'null: written by the service' })
  senderId: string | null;

  @ApiProperty({ example: 'text' })
  type: string;

  @ApiProperty({
    type: String,
    nullable: true,
    description: 'Plain text, exactly as sent; null in a tombstone',
  })
  content: string | null;

  @ApiProperty({ type: String, nullable: true, description: 'The same text, safe to insert in a page' })
  contentHtml: string | null;

  @ApiProperty({
    type: 'object',
    additionalProperties: true,
    nullable: true,
    description: "Belongs to the message's type; text has none",
  })
  payload: Record<string, unknown> | null;

  @ApiProperty({ format: 'date-time' })
  sentAt: string;

  @ApiProperty({ format: 'date-time', type: String, nullable: true })
  editedAt: string | null;

  @ApiProperty({ format: 'date-time', type: String, nullable: true })
  deletedAt: string | null;

  @ApiProperty({ format: 'date-time', type: String, nullable: true })
  expiresAt: string | null;

  @ApiProperty({ format: 'uuid', type: String, nullable: true })
  clientMessageId: string | null;

  @ApiProperty({ type: () => ReplyDto, nullable: true })
  replyTo: ReplyDto | null;

  @ApiProperty({ type: 'object', additionalProperties: true, nullable: true })
  metadata: Record<string, unknown> | null;

  @ApiProperty({
    enum: ['sent', 'delivered', 'read'],
    description: "The sender's view: how far every other participant has got. Others see `sent`",
  })
  status: MessageStatus;
}
