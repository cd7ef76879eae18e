import { DiscoveryService } from '@nestjs/core';

/**
 * Knows one type of event that other services of the house tell of by `POST /v1/internal/events`. Mark the provider
 * with `@HandlesInternalEvent()`.
 */
export interface InternalEventHandler<Event extends object = object> {
  /** The `type` they write. */
  readonly type: string;
  /** The whole event, its type included. */
  readonly shape: new () => Event;
  /**
   * Resolves when what it tells of is sure to happen. May be told the same twice.
   *
   * @throws DomainError, which is the answer.
   */
  handle(tenantId: string, event: Event): Promise<void>;
}

/** Marks a provider as an `InternalEventHandler`. */
export const HandlesInternalEvent = DiscoveryService.createDecorator();
