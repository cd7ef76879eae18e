import { connect } from 'node:net';

/** Has messages announced that nobody sends, by the process that benchmarks/fanout started. */
export class CommandDoor {
  #socket;
  #waiting = '';

  /** @param {number} port */
  constructor(port) {
    this.#socket = connect({ host: '127.0.0.1', port, noDelay: true });
    // The end of that process ends the sockets of everybody, too, which is told.
    this.#socket.on('error', () => undefined);
  }

  /** Together with all that are due in the same moment. */
  send(n, conversationId, sender) {
    if (this.#waiting === '') setImmediate(() => this.#flush());
    this.#waiting += `${n} ${conversationId} ${sender}\n`;
  }

  close() {
    this.#socket.destroy();
  }

  #flush() {
    this.#socket.write(this.#waiting);
    this.#waiting = '';
  }
}
