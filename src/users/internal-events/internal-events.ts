import { Injectable, type OnModuleInit } from '@nestjs/common';
import { DiscoveryService } from '@nestjs/core';
import { ValidationFailed } from '../../common/problem';
import { isPlainObject, parseShape } from '../../common/validation';
import { HandlesInternalEvent, type InternalEventHandler } from './internal-event-handler';

/** Brings what other services tell to whoever handles it, from whichever module. */
@Injectable()
export class InternalEvents implements OnModuleInit {
  private readonly handlers = new Map<unknown, InternalEventHandler>();

  constructor(private readonly discovery: DiscoveryService) {}

  /** @throws Error when two handlers claim one type: the process must not start. */
  onModuleInit(): void {
    for (const { instance } of this.discovery.getProviders({ metadataKey: HandlesInternalEvent.KEY })) {
      const handler = instance as InternalEventHandler;
      if (this.handlers.has(handler.type)) throw new Error(`two handlers for events "${handler.type}"`);
      this.handlers.set(handler.type, handler);
    }
  }

  /**
   * @param event as it came.
   * @throws ValidationFailed when it is none that is known; whatever its handler throws
   */
  async take(tenantId: string, event: unknown): Promise<void> {
    if (!isPlainObject(event)) throw ValidationFailed.of('', 'must be a JSON object');
    const handler = this.handlers.get(event['type']);
    if (handler === undefined)
      throw ValidationFailed.of('type', `must be one of ${[...this.handlers.keys()].join(', ')}`);
    await handler.handle(tenantId, parseShape(handler.shape, event));
  }
}
