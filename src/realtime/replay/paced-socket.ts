import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Backlog } from '../backlog/backlog';
import type { ChatSocket, ServerToClient } from '../socket-contract';

/** There is nobody any more who could be told. */
export class SocketGone extends Error {}

/** A socket that is told much at once, as fast as its client reads and no faster. */
export class PacedSocket {
  constructor(
    private readonly socket: ChatSocket,
    private readonly backlog: Backlog,
  ) {}

  /** Tells it as soon as there is room. @throws SocketGone */
  async tell<Event extends keyof ServerToClient>(
    event: Event,
    ...frame: Parameters<ServerToClient[Event]>
  ): Promise<void> {
    if (!this.backlog.hasRoom) await this.room();
    if (!this.socket.connected) throw new SocketGone();
    this.socket.emit(event, ...frame);
  }

  private async room(): Promise<void> {
    while (this.socket.connected && !this.backlog.hasRoom) await this.backlog.relief();
    // One who reads quickly is not the only one here.
    await nextTurn();
  }
}
