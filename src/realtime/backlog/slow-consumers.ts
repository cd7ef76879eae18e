import { Injectable, Logger } from '@nestjs/common';
import { Metrics } from '../../telemetry';
import { ConnectionDoor } from '../door/connection-door';
import type { ChatSocket } from '../socket-contract';
import { Backlog } from './backlog';

/** Ends the connections of clients that do not read: what is written to them is kept in memory until they do. */
@Injectable()
export class SlowConsumers {
  private readonly logger = new Logger(SlowConsumers.name);
  private readonly cuts: ReturnType<typeof cutConnections>;

  constructor(
    private readonly door: ConnectionDoor,
    metrics: Metrics,
  ) {
    this.cuts = cutConnections(metrics);
  }

  /** To be called once for a socket, before anything is sent to it. */
  watch(socket: ChatSocket): Backlog {
    return new Backlog(socket.conn, (backlog) => this.cut(socket, backlog));
  }

  /**
   * Closed as if the connection were lost, so that the client comes back and hears what it missed. What waits is
   * dropped at once; why, it hears if it takes what is on its way in time.
   */
  private cut(socket: ChatSocket, { packets, bytes }: Backlog): void {
    const { conn } = socket;
    const transport = conn.transport.name;
    const { tenantId, userId } = socket.data.actor;
    this.logger.warn({
      msg: 'a client that does not read was cut',
      tenantId,
      userId,
      transport,
      packets,
      bytes,
    });
    this.cuts.inc({ transport });
    (conn as unknown as { writeBuffer: unknown[] }).writeBuffer = [];
    socket.emit('sync_required', { reason: 'slow_consumer' });
    void this.door.seeOff(conn);
  }
}

function cutConnections(metrics: Metrics) {
  const help = 'Connections that were cut because too much had been written to them that they did not read.';
  return metrics.counter({ name: 'chat_slow_consumers_total', help }, ['transport']);
}
