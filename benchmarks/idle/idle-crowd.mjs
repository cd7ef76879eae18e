import { setTimeout as delay } from 'node:timers/promises';
import { addressOf } from '../load/addresses.mjs';
import { ChatSocket } from '../load/chat-socket.mjs';
import { Samples } from '../measure/samples.mjs';

const AT_ONCE = 200;
/** A closed connection is noticed by the other end before that. */
const LEFT_MS = 1_000;

/** Sockets of many people, which say nothing but that they are there. */
export class IdleCrowd {
  /** From connecting to `ready`, in milliseconds. */
  readyMs;
  /** What came that must not. */
  trouble = [];
  #sockets = [];

  /**
   * @param {number} port
   * @param {{ token: string }[]} people each gets one socket
   */
  static async connect(port, people) {
    const crowd = new IdleCrowd();
    const took = new Samples();
    let next = 0;
    const one = async () => {
      while (next < people.length) {
        const at = next++;
        const started = performance.now();
        crowd.#sockets.push(
          await ChatSocket.open({ port, token: people[at].token, from: addressOf(at) }, crowd.#hearing()),
        );
        took.add(performance.now() - started);
      }
    };
    await Promise.all(Array.from({ length: AT_ONCE }, one));
    crowd.readyMs = took.percentiles();
    return crowd;
  }

  async leaves() {
    for (const socket of this.#sockets) socket.close();
    await delay(LEFT_MS);
  }

  #hearing() {
    const unexpected = (what) => this.trouble.push(what);
    return {
      message: () => unexpected('a message'),
      ack: () => unexpected('an acknowledgement'),
      syncRequired: () => unexpected('sync_required'),
      trouble: unexpected,
    };
  }
}
