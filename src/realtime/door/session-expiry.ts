import { Injectable } from '@nestjs/common';
import type { ChatSocket } from '../socket-contract';

/** A longer time-out would wrap around and fire at once. */
const LONGEST_TIMEOUT_MS = 2 ** 31 - 1;

/** Ends sockets when their token does. */
@Injectable()
export class SessionExpiry {
  /** To be called once for a socket, when it was let in. */
  watch(socket: ChatSocket): void {
    let timer: NodeJS.Timeout | undefined;
    const look = (): void => {
      const left = socket.data.expiresAt.getTime() - Date.now();
      if (left > 0) timer = setTimeout(look, Math.min(left, LONGEST_TIMEOUT_MS));
      else this.end(socket);
    };
    socket.once('disconnect', () => clearTimeout(timer));
    look();
  }

  /** Not a lost connection but a closed one: clients must not come back by themselves with the same token. */
  end(socket: ChatSocket): void {
    socket.emit('session_expired');
    socket.disconnect();
  }
}
