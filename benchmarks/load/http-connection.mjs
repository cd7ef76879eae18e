import { openConnection } from './connection.mjs';

const HEAD_END = Buffer.from('\r\n\r\n');
const LENGTH = /\r\ncontent-length: (\d+)/i;
const STATUS_AT = 'HTTP/1.1 '.length;

/** A kept-alive HTTP connection with one request on it at a time. */
export class HttpConnection {
  #socket;
  #settle = null;

  /**
   * @param {number} port
   * @param {() => void} onClosed
   */
  constructor(port, onClosed) {
    this.#socket = openConnection(
      port,
      (bytes) => this.#take(bytes),
      (error) => {
        onClosed();
        this.#settle?.(0, () => `the connection was closed: ${error?.message}`);
      },
    );
  }

  /**
   * @param {string} request whole, in ASCII
   * @param {(status: number, body: () => string) => void} answered `body` may only be called at once
   */
  ask(request, answered) {
    this.#settle = answered;
    this.#socket.write(request, 'latin1');
  }

  close() {
    this.#settle = null;
    this.#socket.destroy();
  }

  #take(bytes) {
    const head = bytes.indexOf(HEAD_END);
    if (head === -1) return 0;
    const length = LENGTH.exec(bytes.latin1Slice(0, head));
    if (length === null) throw new Error('an answer without Content-Length');
    const start = head + HEAD_END.length;
    const end = start + Number(length[1]);
    if (bytes.length < end) return 0;
    const status = Number(bytes.latin1Slice(STATUS_AT, STATUS_AT + 3));
    const settle = this.#settle;
    this.#settle = null;
    settle(status, () => bytes.latin1Slice(start, end));
    return end;
  }
}
