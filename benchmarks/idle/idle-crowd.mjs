import { setTimeout as delay } from 'node:timers/promises';
import { ChatSocket } from '../load/chat-socket.mjs';
import { Samples } from '../measure/samples.mjs';

const AT_ONCE = 200;
/** From one address there are some 28,000 ports to the same door, and those used a minute ago are not free yet. */
const FROM_ONE_ADDRESS = 10_000;
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

/** All of 127.0.0.0/8 is this machine, on Linux; the first is so everywhere. */
function addressOf(index) {
  return `127.0.0.${1 + Math.floor(index / FROM_ONE_ADDRESS)}`;
}
