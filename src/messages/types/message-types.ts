import { Injectable, type OnModuleInit } from '@nestjs/common';
import { DiscoveryService } from '@nestjs/core';
import { ValidationFailed } from '../../common/problem';
import { MessageType, type MessageTypeHandler } from './message-type';

const TYPE_NAME = /^[a-z][a-z0-9_.-]{0,31}$/;

/** Every type of message this process knows, from whichever module it comes. */
@Injectable()
export class MessageTypes implements OnModuleInit {
  private readonly handlers = new Map<string, MessageTypeHandler>();

  constructor(private readonly discovery: DiscoveryService) {}

  /** @throws Error when two handlers claim one type, or a name is not a type's: the process must not start. */
  onModuleInit(): void {
    for (const { instance } of this.discovery.getProviders({ metadataKey: MessageType.KEY })) {
      const handler = instance as MessageTypeHandler;
      if (!TYPE_NAME.test(handler.type))
        throw new Error(`"${handler.type}" is not a name for a type of message`);
      if (this.handlers.has(handler.type))
        throw new Error(`two handlers for messages of type "${handler.type}"`);
      this.handlers.set(handler.type, handler);
    }
  }

  /**
   * @param byClient whether a client asks: types the service keeps to itself do not exist for it.
   * @throws ValidationFailed
   */
  handlerOf(type: string, byClient: boolean): MessageTypeHandler {
    const handler = this.handlers.get(type);
    if (handler === undefined || (byClient && handler.fromClients === false)) {
      throw ValidationFailed.of('type', 'is not a type of message this service knows');
    }
    return handler;
  }
}
