import { randomUUID } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { RedisConnections } from '../../redis';

/** Which node this is, and where nodes speak: each on a channel of its own, heard by all. */
@Injectable()
export class FrameChannels {
  /** This run of this process. */
  readonly node = randomUUID();
  readonly own: string;
  readonly all: string;

  constructor(connections: RedisConnections) {
    this.own = connections.key(`frames:${this.node}`);
    this.all = connections.key('frames:*');
  }
}
