import { DiscoveryService } from '@nestjs/core';

/** What a client sent as the substance of a message. Sizes and encodings have been checked, meaning has not. */
export interface MessageBody {
  readonly content: string | undefined;
  readonly payload: Readonly<Record<string, unknown>> | undefined;
}

/** Where and by whom. */
export interface MessageOrigin {
  readonly tenantId: string;
  readonly conversationId: string;
  /** null: the service itself. */
  readonly senderId: string | null;
  /** The service writes as the business whose conversation it is: the sender is the business and no member. */
  readonly forBusiness?: boolean;
}

/** What is stored of a message, and shown. */
export interface PreparedBody {
  readonly content: string;
  readonly payload: Readonly<Record<string, unknown>> | null;
}

/**
 * Knows one type of message: what its content and payload must be. Mark the provider with `@MessageType()`;
 * see docs/extending.md.
 */
export interface MessageTypeHandler {
  /** The `type` clients write: lower-case letters, digits, `_`, `.`, `-`; at most 32. */
  readonly type: string;
  /** false: only the service itself may write messages of this type. Default true. */
  readonly fromClients?: boolean;
  /**
   * Checks and shapes a body. Called before the transaction; may look things up, but holds the sender up.
   *
   * @throws ValidationFailed when the body is not one of this type; another DomainError to refuse it.
   */
  prepare(body: MessageBody, origin: MessageOrigin): PreparedBody | Promise<PreparedBody>;
}

/** Marks a provider as a `MessageTypeHandler`. */
export const MessageType = DiscoveryService.createDecorator();
