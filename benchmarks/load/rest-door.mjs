import { HttpConnection } from './http-connection.mjs';

/** As many as there may be requests in flight at once; those beyond wait for one that is free. */
const MOST_CONNECTIONS = 256;

/** Asks one node what it is told to, on kept-alive connections. */
export class RestDoor {
  #port;
  #all = new Set();
  #free = [];
  #waiting = [];

  /** @param {number} port */
  constructor(port) {
    this.#port = port;
  }

  /**
   * Sends a message by `POST /v1/conversations/{id}/messages`.
   *
   * @param {(refusal: string | null) => void} answered
   */
  send({ token, conversationId, body }, answered) {
    const request =
      `POST /v1/conversations/${conversationId}/messages HTTP/1.1\r\nHost: 127.0.0.1:${this.#port}\r\n` +
      `Authorization: Bearer ${token}\r\nContent-Type: application/json\r\nContent-Length: ${body.length}\r\n\r\n${body}`;
    this.#take(request, (status, said) => answered(status === 201 ? null : `${status} ${said()}`));
  }

  /** @param {(refusal: string | null) => void} answered */
  readInbox({ token }, answered) {
    const request =
      `GET /v1/conversations HTTP/1.1\r\nHost: 127.0.0.1:${this.#port}\r\n` +
      `Authorization: Bearer ${token}\r\n\r\n`;
    this.#take(request, (status, said) => answered(status === 200 ? null : `${status} ${said()}`));
  }

  close() {
    for (const connection of this.#all) connection.close();
  }

  #take(request, answered) {
    const connection = this.#free.pop();
    if (connection !== undefined) return this.#ask(connection, request, answered);
    this.#waiting.push([request, answered]);
    // Not before it is needed: a server takes leave of connections on which nothing is asked.
    if (this.#all.size < MOST_CONNECTIONS) this.#open();
  }

  #open() {
    const connection = new HttpConnection(this.#port, () => {
      this.#all.delete(connection);
      this.#free = this.#free.filter((one) => one !== connection);
    });
    this.#all.add(connection);
    this.#next(connection);
  }

  #ask(connection, request, answered) {
    connection.ask(request, (status, body) => {
      this.#next(connection);
      answered(status, body);
    });
  }

  #next(connection) {
    const waiting = this.#waiting.shift();
    if (waiting === undefined) this.#free.push(connection);
    else this.#ask(connection, ...waiting);
  }
}
