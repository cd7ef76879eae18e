import { setTimeout as delay } from 'node:timers/promises';
import { Failure } from '../../scripts/run/failure.mjs';
import { addressOf } from '../load/addresses.mjs';
import { ChatSocket } from '../load/chat-socket.mjs';
import { Samples } from '../measure/samples.mjs';

/** While nothing has happened yet: not to be a storm before the storm. */
const CONNECT_AT_ONCE = 200;
/** As socket.io-client waits by default after an attempt that failed: doubled each time, and half more or less of it. */
const RETRY_MS = { first: 1_000, most: 5_000, jitter: 0.5 };
/** Somebody who is not back by then is not coming. */
const GIVE_UP_MS = 60_000;

/**
 * @typedef {object} Return
 * @property {number} allReadyMs from the end of the old node until the last one was `ready`
 * @property {{ p50: number, p95: number, p99: number }} readyMs of each, from then on
 * @property {number} attempts that it took all of them together
 * @property {number} refused answers of the handshake that say no: after one of these a client comes back only if its
 * program says so
 */

/** One socket for each of many people, who come back when it is cut as clients of Socket.IO do, but without delay. */
export class ReturningCrowd {
  /** What came that must not. */
  trouble = [];
  /** How many were told that they may have missed something. */
  toldToSync = 0;
  #people;
  #sockets = [];
  #hearing = [];
  #heard;
  #isCutOff = false;

  /** @param {{ token: string }[]} people */
  constructor(people) {
    this.#people = people;
    this.#heard = new Int32Array(people.length);
    this.#hearing = people.map((_person, at) => ({
      message: () => this.#heard[at]++,
      page: (page) => (this.#heard[at] += page.messages.length),
      ack: () => this.trouble.push('an acknowledgement'),
      syncRequired: () => this.toldToSync++,
      trouble: (what) => this.#isCutOff || this.trouble.push(what),
    }));
  }

  /** How many messages each has heard since `forget`, by their number. */
  get heard() {
    return this.#heard;
  }

  forget() {
    this.#heard.fill(0);
    this.toldToSync = 0;
  }

  /** @param {number} port */
  async connects(port) {
    let next = 0;
    const work = async () => {
      while (next < this.#people.length) {
        const at = next++;
        this.#sockets[at] = await this.#open(at, port);
      }
    };
    await Promise.all(Array.from({ length: CONNECT_AT_ONCE }, work));
  }

  /**
   * To be called before their node is killed.
   *
   * @param {() => void} kill
   * @param {number} port of the node that is left
   * @param {boolean} knows whether they say up to where they have heard, as a device that keeps it does
   * @returns {Promise<Return>}
   */
  async returns(kill, port, knows) {
    this.#isCutOff = true;
    const counts = { attempts: 0, refused: 0 };
    const since = this.#sockets.map((socket) => (knows ? socket.since : undefined));
    const took = new Samples();
    const ends = this.#sockets.map(({ ended }) => ended);
    const started = performance.now();
    kill();
    await Promise.all(
      ends.map(async (ended, at) => {
        await ended;
        this.#sockets[at] = await this.#insists(at, port, since[at], started, counts);
        took.add(performance.now() - started);
      }),
    );
    const allReadyMs = performance.now() - started;
    this.#isCutOff = false;
    return { allReadyMs, readyMs: took.percentiles(), ...counts };
  }

  leaves() {
    for (const socket of this.#sockets) socket.close();
  }

  async #insists(at, port, since, started, counts) {
    for (let failures = 0; ; failures++) {
      if (failures > 0) await delay(waitAfter(failures));
      if (performance.now() - started > GIVE_UP_MS)
        throw new Failure(`Not everybody was back after ${GIVE_UP_MS / 1_000} s.`);
      counts.attempts++;
      try {
        return await this.#open(at, port, since);
      } catch (error) {
        if (error.isRefusal) counts.refused++;
      }
    }
  }

  #open(at, port, since) {
    const door = { port, token: this.#people[at].token, since, from: addressOf(at) };
    return ChatSocket.open(door, this.#hearing[at]);
  }
}

function waitAfter(failures) {
  const wait = Math.min(RETRY_MS.first * 2 ** (failures - 1), RETRY_MS.most);
  return wait * (1 + RETRY_MS.jitter * (2 * Math.random() - 1));
}
