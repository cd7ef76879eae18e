import { randomBytes } from 'node:crypto';
import { openConnection } from './connection.mjs';
import { readFrames, textFrame } from './web-socket-frames.mjs';

const HEAD_END = Buffer.from('\r\n\r\n');
const CONTENT = Buffer.from('"content":"');
const SEQ = Buffer.from('"seq":');
const OK = Buffer.from('[{"ok":true');
const [ZERO, NINE] = Buffer.from('09');
const [EVENT, ACK, CONNECTED, REFUSED] = Buffer.from('2304');
const [PACKET, PING] = Buffer.from('42');

/**
 * A device of one person: engine.io and socket.io by hand over a plain WebSocket.
 *
 * @typedef {object} Hearing
 * @property {(n: number, seq: number) => void} message a message came; `n` is the number its text begins with
 * @property {(n: number, refusal: string | null) => void} ack
 * @property {(page: { messages: object[] }) => void} [page] of what changed since the token that it came with
 * @property {() => void} syncRequired something may have been missed
 * @property {(what: string) => void} trouble something came that must not
 */
export class ChatSocket {
  #socket;
  #hearing;
  #upgraded = false;
  #closing = false;
  #settle;

  /** What it can say next time, to hear only what changed since; undefined where it was told none. */
  since;
  /** Resolves when the connection is over. */
  ended;

  #auth;
  #ready;
  #over;

  /**
   * @param {{ port: number, token: string, since?: string, from?: string }} door
   * @param {Hearing} hearing
   * @returns {Promise<ChatSocket>} once it was let in
   */
  static async open(door, hearing) {
    const chat = new ChatSocket(door, hearing);
    try {
      await chat.#ready;
    } catch (error) {
      chat.close();
      throw error;
    }
    return chat;
  }

  /** Not to be called: see `open`. */
  constructor({ port, token, since, from }, hearing) {
    this.#hearing = hearing;
    this.#auth = JSON.stringify({ token, since });
    this.ended = new Promise((resolve) => (this.#over = resolve));
    this.#ready = new Promise((resolve, reject) => (this.#settle = { resolve, reject }));
    this.#socket = openConnection(
      port,
      (bytes) => this.#take(bytes),
      (error) => this.#closed(error),
      from,
    );
    this.#socket.write(
      [
        'GET /socket.io/?EIO=4&transport=websocket HTTP/1.1',
        `Host: 127.0.0.1:${port}`,
        'Connection: Upgrade',
        'Upgrade: websocket',
        'Sec-WebSocket-Version: 13',
        `Sec-WebSocket-Key: ${randomBytes(16).toString('base64')}`,
        '\r\n',
      ].join('\r\n'),
    );
  }

  /** @param {string} packet of socket.io, in ASCII */
  send(packet) {
    this.#socket.write(textFrame(packet, true));
  }

  close() {
    this.#closing = true;
    this.#socket.destroy();
  }

  #take(bytes) {
    if (this.#upgraded) return readFrames(bytes, (...text) => this.#hear(...text));
    const end = bytes.indexOf(HEAD_END);
    if (end === -1) return 0;
    const head = bytes.latin1Slice(0, end);
    if (!head.startsWith('HTTP/1.1 101')) {
      this.#settle.reject(new Error(`no WebSocket: ${bytes.latin1Slice()}`));
      return bytes.length;
    }
    this.#upgraded = true;
    const start = end + HEAD_END.length;
    return start + this.#take(bytes.subarray(start));
  }

  #hear(bytes, start, end) {
    const type = bytes[start];
    if (type === PING) return this.send('3');
    if (type !== PACKET) {
      if (bytes[start] === ZERO) this.send(`40${this.#auth}`); // the engine is open
      return;
    }
    const kind = bytes[start + 1];
    if (kind === EVENT) this.#hearEvent(bytes, start, end);
    else if (kind === ACK) this.#hearAck(bytes, start, end);
    else if (kind === REFUSED) this.#settle.reject(new Refusal(bytes.latin1Slice(start, end)));
    else if (kind !== CONNECTED) this.#hearing.trouble(bytes.latin1Slice(start, end));
  }

  /** `42["new_message",{"message":{…,"seq":7,…,"content":"000000123 …"}}]`: read, not parsed. */
  #hearEvent(bytes, start, end) {
    const name = bytes.latin1Slice(start + 4, start + 9);
    if (name === 'ready') return this.#hearReady(payloadIn(bytes, start, end));
    if (name === 'sync"') return this.#hearing.page?.(payloadIn(bytes, start, end));
    if (name === 'sync_') return this.#hearing.syncRequired();
    if (name === 'unrea') return; // unread_changed
    if (name !== 'new_m') return this.#hearing.trouble(bytes.latin1Slice(start, Math.min(end, start + 300)));
    const seq = bytes.indexOf(SEQ, start);
    const content = bytes.indexOf(CONTENT, seq);
    this.#hearing.message(numberAt(bytes, content + CONTENT.length), numberAt(bytes, seq + SEQ.length));
  }

  #hearReady({ since }) {
    this.since = since ?? undefined;
    this.#settle.resolve();
  }

  /** `43123[{"ok":true,…}]` */
  #hearAck(bytes, start, end) {
    const answer = bytes.indexOf(91, start); // [
    const n = numberAt(bytes, start + 2);
    const ok = bytes.compare(OK, 0, OK.length, answer, answer + OK.length) === 0;
    this.#hearing.ack(n, ok ? null : bytes.latin1Slice(answer, end));
  }

  #closed(error) {
    this.#over();
    if (this.#closing) return;
    this.#settle.reject(error ?? new Error('closed'));
    this.#hearing.trouble(`a connection was closed${error === undefined ? '' : `: ${error.message}`}`);
  }
}

/** The handshake says no. A client that hears this does not come back by itself. */
class Refusal extends Error {
  isRefusal = true;
}

/** `42["sync",{…}]`: what is rare is parsed. */
function payloadIn(bytes, start, end) {
  return JSON.parse(bytes.utf8Slice(bytes.indexOf(123, start), end - 1)); // {
}

function numberAt(bytes, from) {
  let number = 0;
  for (let at = from; bytes[at] >= ZERO && bytes[at] <= NINE; at++) number = number * 10 + bytes[at] - ZERO;
  return number;
}
