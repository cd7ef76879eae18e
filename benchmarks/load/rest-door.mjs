import { HttpConnection } from './http-connection.mjs';

/** As many as there may be requests in flight at once; those beyond wait for one that is free. */
const CONNECTIONS = 256;

/** Sends messages by `POST /v1/conversations/{id}/messages`, to one node. */
export class RestDoor {
  #port;
  #all = [];
  #free = [];
  #waiting = [];

  /** @param {number} port */
  static async open(port) {
    const door = new RestDoor(port);
    door.#all = await Promise.all(Array.from({ length: CONNECTIONS }, () => HttpConnection.open(port)));
    door.#free = [...door.#all];
    return door;
  }

  constructor(port) {
    this.#port = port;
  }

  /** @param {(refusal: string | null) => void} answered */
  send({ token, conversationId, body }, answered) {
    const request =
      `POST /v1/conversations/${conversationId}/messages HTTP/1.1\r\nHost: 127.0.0.1:${this.#port}\r\n` +
      `Authorization: Bearer ${token}\r\nContent-Type: application/json\r\nContent-Length: ${body.length}\r\n\r\n${body}`;
    const connection = this.#free.pop();
    if (connection === undefined) this.#waiting.push([request, answered]);
    else this.#ask(connection, request, answered);
  }

  close() {
    for (const connection of this.#all) connection.close();
  }

  #ask(connection, request, answered) {
    connection.ask(request, (status, body) => {
      const waiting = this.#waiting.shift();
      if (waiting === undefined) this.#free.push(connection);
      else this.#ask(connection, ...waiting);
      answered(status === 201 ? null : `${status} ${body()}`);
    });
  }
}
