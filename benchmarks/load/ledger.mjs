import { Samples } from '../measure/samples.mjs';

/** Messages of one measurement. */
export const MOST_MESSAGES = 1 << 21;

/**
 * What became of each message of one measurement. It is settled when it was accepted and everybody in its
 * conversation has heard it, or when it was refused.
 */
export class Ledger {
  #first;
  #size;
  #count = 0;
  #dueAt = new Float64Array(MOST_MESSAGES);
  #sender = new Int32Array(MOST_MESSAGES);
  /** Of the acknowledgement and the deliveries, how many are still to come. */
  #missing = new Int8Array(MOST_MESSAGES);
  #measuring = false;
  #onSettled;

  accepted = 0;
  delivered = 0;
  refused = 0;
  unsettled = 0;
  /** How often somebody was told that they may have missed something. */
  syncRequired = 0;
  /** From when a message was due to be sent until others than its sender had it; until it was accepted. */
  latencies = new Samples();
  acceptances = new Samples();
  firstRefusal = null;

  /**
   * @param {number} first number of its first message
   * @param {number} size how many people are in a conversation
   * @param {() => void} onSettled
   */
  constructor(first, size, onSettled) {
    this.#first = first;
    this.#size = size;
    this.#onSettled = onSettled;
  }

  get isFull() {
    return this.#count === MOST_MESSAGES;
  }

  get next() {
    return this.#first + this.#count;
  }

  /** From here on latencies are kept. */
  startMeasuring() {
    this.#measuring = true;
  }

  stopMeasuring() {
    this.#measuring = false;
  }

  /** @returns {number} the message's number */
  send(sender, dueAt) {
    const index = this.#count++;
    this.#dueAt[index] = this.#measuring ? dueAt : NaN;
    this.#sender[index] = sender;
    this.#missing[index] = this.#size + 1;
    this.unsettled++;
    return this.#first + index;
  }

  /** Who sent this message; undefined if it is none of this measurement. */
  senderOf(n) {
    const index = n - this.#first;
    return index >= 0 && index < this.#count ? this.#sender[index] : undefined;
  }

  heard(n, by) {
    const index = n - this.#first;
    this.delivered++;
    if (by !== this.#sender[index]) this.#keep(this.latencies, index);
    this.#tick(index);
  }

  acknowledged(n, refusal) {
    const index = n - this.#first;
    if (refusal === null) {
      this.accepted++;
      this.#keep(this.acceptances, index);
      return this.#tick(index);
    }
    this.refused++;
    this.firstRefusal ??= refusal;
    this.#missing[index] = 1;
    this.#tick(index);
  }

  #tick(index) {
    if (--this.#missing[index] !== 0) return;
    this.unsettled--;
    this.#onSettled();
  }

  #keep(samples, index) {
    const dueAt = this.#dueAt[index];
    if (!Number.isNaN(dueAt)) samples.add(performance.now() - dueAt);
  }
}
