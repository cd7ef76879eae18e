import { Injectable } from '@nestjs/common';
import { DatabaseConfig } from '../../config';
import { RedisConnections } from '../../redis';

/** Which node this is, and where nodes speak: each on a channel of its own, heard by all. */
@Injectable()
export class FrameChannels {
  /** This run of this process, under the name that its lease has. */
  readonly node: string;
  readonly own: string;
  readonly all: string;

  constructor({ nodeId }: DatabaseConfig, connections: RedisConnections) {
    this.node = nodeId;
    this.own = connections.key(`frames:${this.node}`);
    this.all = connections.key('frames:*');
  }
}
