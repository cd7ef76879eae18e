import { setTimeout as delay } from 'node:timers/promises';
import { Injectable, Logger, type OnModuleDestroy } from '@nestjs/common';
import { ConnectionDoor } from '../door/connection-door';
import { LocalSockets } from '../fanout/local-sockets';
import type { ChatSocket } from '../socket-contract';

/** Those of one slice come back at about the same time, so there are many slices. */
const SLICE_EVERY_MS = 100;
/** A handful is gone at once; the more there are, the longer others have to take them in. */
const MS_PER_SOCKET = 20;
/** For all of them, however many: the process has ten seconds, and still has requests to end. */
const LONGEST_MS = 4_000;
/** More than a message waits for a conversation that somebody holds locked. */
const ANSWERED_WITHIN_MS = 2_500;
const LOOK_EVERY_MS = 20;

/**
 * Sends the sockets of a node that is told to stop to the others, a few at a time. Meanwhile the node works as ever:
 * its doors are shut only after that.
 */
@Injectable()
export class SocketDrain implements OnModuleDestroy {
  private readonly logger = new Logger(SocketDrain.name);

  constructor(
    private readonly sockets: LocalSockets,
    private readonly door: ConnectionDoor,
  ) {}

  async onModuleDestroy(): Promise<void> {
    const sockets = this.sockets.all();
    if (sockets.length === 0) return;
    this.logger.log({ msg: 'draining', sockets: sockets.length });
    for (const socket of sockets) socket.emit('server_draining');

    const leaving: Promise<void>[] = [];
    for (const slice of slicesOf(sockets)) {
      await delay(SLICE_EVERY_MS * (0.5 + Math.random()));
      leaving.push(...slice.map((socket) => this.seeOff(socket)));
    }
    await Promise.all(leaving);
  }

  /** What it has asked is answered first. Its connection is closed as if it were lost, so that clients come back. */
  private async seeOff(socket: ChatSocket): Promise<void> {
    const { data } = socket;
    data.isLeaving = true;
    const until = performance.now() + ANSWERED_WITHIN_MS;
    while (data.underway > 0 && performance.now() < until) await delay(LOOK_EVERY_MS);
    await this.door.seeOff(socket.conn);
  }
}

function slicesOf(sockets: readonly ChatSocket[]): ChatSocket[][] {
  const spreadMs = Math.min(sockets.length * MS_PER_SOCKET, LONGEST_MS);
  const size = Math.ceil(sockets.length / Math.ceil(spreadMs / SLICE_EVERY_MS));
  const slices: ChatSocket[][] = [];
  for (let at = 0; at < sockets.length; at += size) slices.push(sockets.slice(at, at + size));
  return slices;
}
