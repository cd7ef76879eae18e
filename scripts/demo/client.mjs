import { io } from 'socket.io-client';
import { Failure } from '../run/failure.mjs';

const WITHIN_MS = 5_000;

/** One person: a socket to one node, REST to any. What does not succeed is a Failure. */
export class Client {
  #name;
  #token;
  #socket;
  #heard = new Map();
  #waiting = new Map();

  constructor({ name, uuid }, token) {
    this.id = uuid;
    this.#name = name;
    this.#token = token;
  }

  async connect(url) {
    this.#socket = io(url, { transports: ['websocket'], auth: { token: this.#token }, reconnection: false });
    this.#socket.on('new_message', ({ message }) => this.#take(message));
    await this.#within('was not connected', (done, failed) => {
      this.#socket.once('ready', done);
      this.#socket.once('connect_error', failed);
    });
  }

  disconnect() {
    this.#socket?.close();
  }

  /** Sends an event and resolves to the data of its acknowledgement. */
  async emit(event, payload) {
    const answer = await this.#socket
      .timeout(WITHIN_MS)
      .emitWithAck(event, payload)
      .catch(() => this.#fail(`got no acknowledgement of ${event}`));
    return answer.ok ? answer.data : this.#fail(`was refused ${event}`, answer.error);
  }

  /** Resolves once the socket has brought this message, be it before or after the call. */
  hears({ id, content }) {
    if (this.#heard.get(id) === content) return Promise.resolve();
    return this.#within(`did not hear "${content}"`, (done) => this.#waiting.set(id, done));
  }

  get(url, path) {
    return this.#call(`${url}${path}`, { method: 'GET' });
  }

  post(url, path, body) {
    return this.#call(`${url}${path}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });
  }

  async #call(url, { headers, ...request }) {
    const response = await fetch(url, {
      ...request,
      headers: { ...headers, authorization: `Bearer ${this.#token}` },
      signal: AbortSignal.timeout(WITHIN_MS),
    });
    const answer = await response.json();
    return response.ok ? answer : this.#fail(`was refused ${request.method} ${url}`, answer);
  }

  #take({ id, content }) {
    this.#heard.set(id, content);
    this.#waiting.get(id)?.();
  }

  async #within(otherwise, start) {
    let timer;
    const late = new Promise((_, reject) => (timer = setTimeout(reject, WITHIN_MS, new Error('too late'))));
    try {
      await Promise.race([new Promise(start), late]);
    } catch (error) {
      this.#fail(`${otherwise} within ${WITHIN_MS / 1000} s`, error.data ?? error.message);
    } finally {
      clearTimeout(timer);
    }
  }

  #fail(what, detail) {
    throw new Failure(`${this.#name} ${what}.`, detail === undefined ? '' : JSON.stringify(detail, null, 2));
  }
}
