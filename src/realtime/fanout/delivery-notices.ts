import { Injectable } from '@nestjs/common';
import type { Delivery } from './delivery';

/** For what follows from changes at every node, besides that its sockets hear of them. */
@Injectable()
export class DeliveryNotices {
  private readonly listeners: ((delivery: Delivery) => void)[] = [];

  /** @param listener called for each change once it was delivered here. On the way of every message: must be quick. */
  listen(listener: (delivery: Delivery) => void): void {
    this.listeners.push(listener);
  }

  tell(delivery: Delivery): void {
    for (const listener of this.listeners) listener(delivery);
  }
}
