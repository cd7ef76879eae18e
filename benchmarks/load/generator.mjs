import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { Failure } from '../../scripts/run/failure.mjs';
import { startCpuClock } from '../measure/cpu-times.mjs';
import { ChatSocket } from './chat-socket.mjs';
import { Ledger } from './ledger.mjs';
import { RestDoor } from './rest-door.mjs';
import { textOf } from './text.mjs';

const CONNECT_AT_ONCE = 50;
const SETTLE_WITHIN_MS = 120_000;
/** Nobody having heard anything for so long, nothing is on its way any more. */
const SILENCE_MS = 2_000;
const TICK_MS = 1;

/**
 * Everybody of a population, each with a socket to one of the nodes, hearing all and writing when told to.
 *
 * @typedef {object} Load
 * @property {'socket' | 'rest' | 'command'} door
 * @property {'pairs' | 'rooms'} conversations
 * @property {number} [inFlight] closed loop: a message is sent when another one is settled
 * @property {number} [rate] open loop: so many a second are due, however long they take
 */
export class Generator {
  #population;
  #ports;
  #pids;
  #commands;
  #sockets = [];
  #ledger = null;
  #next = 1;
  #trouble = null;
  /** Messages were refused or people told to ask what they missed: now and then one comes after its time. */
  #strained = false;
  /** The last `seq` each person heard, in their conversation of either kind. */
  #heard;
  #kind = 'pairs';

  /**
   * @param {object} target
   * @param {import('./population.mjs').Population} target.population
   * @param {number[]} target.ports of the nodes; neighbours in a conversation are at different ones
   * @param {Record<string, number>} target.pids of the processes whose CPU time is to be told
   * @param {import('./command-door.mjs').CommandDoor} [target.commands] for the door of that name
   */
  constructor({ population, ports, pids, commands }) {
    this.#population = population;
    this.#ports = ports;
    this.#pids = pids;
    this.#commands = commands;
    const { length } = population.users;
    this.#heard = { pairs: new Int32Array(length), rooms: new Int32Array(length) };
  }

  async connect() {
    const { users } = this.#population;
    for (let from = 0; from < users.length; from += CONNECT_AT_ONCE) {
      const some = users.slice(from, from + CONNECT_AT_ONCE);
      this.#sockets.push(...(await Promise.all(some.map((user, at) => this.#join(user, from + at)))));
    }
  }

  close() {
    for (const socket of this.#sockets) socket.close();
    this.#commands?.close();
  }

  /**
   * @param {Load} load
   * @param {number} seconds to measure, after a fifth of it to warm up
   */
  async measure(load, seconds) {
    const { size } = this.#population.conversations[load.conversations];
    this.#kind = load.conversations;
    let running = true;
    const again = () => running && load.inFlight !== undefined && this.#send(sendBy, performance.now());
    const ledger = new Ledger(this.#next, size, again);
    this.#ledger = ledger;
    const doors = load.door === 'rest' ? this.#ports.map((port) => new RestDoor(port)) : [];
    const sendBy = {
      rest: () => this.#byRest(doors),
      socket: () => this.#bySocket(),
      command: () => this.#byCommand(),
    }[load.door]();

    try {
      if (load.inFlight === undefined) this.#keepPace(load.rate, sendBy, () => running);
      else for (let n = 0; n < load.inFlight; n++) again();
      await this.#while(seconds * 200);
      ledger.startMeasuring();
      const started = snapshot(ledger);
      const cpu = startCpuClock(this.#pids);
      await this.#while(seconds * 1_000);
      const used = cpu();
      const ended = snapshot(ledger);
      ledger.stopMeasuring();
      running = false;
      await this.#settled(ledger);
      this.#next = ledger.next;
      return figures({ ledger, started, ended, used });
    } finally {
      running = false;
      for (const door of doors) door.close();
    }
  }

  #join(user, number) {
    const hearing = {
      message: (n, seq) => this.#hear(number, n, seq),
      ack: (n, refusal) => this.#ledger.acknowledged(n, refusal),
      syncRequired: () => this.#ledger.syncRequired++,
      trouble: (what) => (this.#trouble ??= `Person ${number}: ${what}`),
    };
    return ChatSocket.open({ port: this.#portOf(number), token: user.token }, hearing);
  }

  /** In the order they were numbered, none twice, none of somebody else's conversation. */
  #hear(person, n, seq) {
    const { size } = this.#population.conversations[this.#kind];
    const sender = this.#ledger.senderOf(n);
    const heard = this.#heard[this.#kind];
    if (sender === undefined && this.#strained) return;
    if (sender === undefined || Math.floor(sender / size) !== Math.floor(person / size))
      this.#trouble ??= `Person ${person} heard message ${n}, which was not for them.`;
    else if (seq <= heard[person])
      this.#trouble ??= `Person ${person} heard seq ${seq} after ${heard[person]}.`;
    heard[person] = seq;
    this.#ledger.heard(n, person);
  }

  #send(sendBy, dueAt) {
    if (this.#ledger.isFull) return;
    const { size, ids } = this.#population.conversations[this.#kind];
    const conversation = Math.floor(Math.random() * ids.length);
    const sender = conversation * size + Math.floor(Math.random() * size);
    sendBy(this.#ledger.send(sender, dueAt), sender, ids[conversation]);
  }

  #bySocket() {
    return (n, sender, conversationId) =>
      this.#sockets[sender].send(`42${n}["send_message",{"conversationId":"${conversationId}",${fields(n)}]`);
  }

  #byRest(doors) {
    const { users } = this.#population;
    const ledger = this.#ledger;
    return (n, sender, conversationId) =>
      doors[sender % doors.length].send(
        { token: users[sender].token, conversationId, body: `{${fields(n)}` },
        (refusal) => ledger.acknowledged(n, refusal),
      );
  }

  /** Nobody sends it, so nobody is answered. */
  #byCommand() {
    const ledger = this.#ledger;
    return (n, sender, conversationId) => {
      this.#commands.send(n, conversationId, sender);
      ledger.acknowledged(n, null);
    };
  }

  #portOf(person) {
    return this.#ports[person % this.#ports.length];
  }

  /** Those whose time has come, by the schedule and not by the timer: a late one has waited since it was due. */
  #keepPace(rate, sendBy, running) {
    const started = performance.now();
    let sent = 0;
    const tick = () => {
      if (!running()) return;
      const due = ((performance.now() - started) * rate) / 1_000;
      for (; sent < due; sent++) this.#send(sendBy, started + (sent * 1_000) / rate);
      setTimeout(tick, TICK_MS);
    };
    tick();
  }

  async #while(ms) {
    const until = performance.now() + ms;
    for (let left = ms; left > 0; left = until - performance.now()) {
      await delay(Math.min(left, 100));
      if (this.#trouble !== null) throw new Failure(this.#trouble);
    }
  }

  /**
   * What was accepted has to be heard by everybody, or those who missed it told so. What was refused may be heard,
   * and then soon after the rest.
   */
  async #settled(ledger) {
    const deadline = performance.now() + SETTLE_WITHIN_MS;
    while (ledger.unsettled > 0 && performance.now() < deadline) await this.#while(20);
    if (ledger.unsettled > 0 && ledger.syncRequired === 0)
      throw new Failure(
        `${ledger.unsettled} messages were not accepted, or not heard by everybody, in time.`,
      );
    this.#strained ||= ledger.refused + ledger.syncRequired > 0;
    for (let delivered = -1; delivered !== ledger.delivered && performance.now() < deadline;) {
      delivered = ledger.delivered;
      await this.#while(this.#strained ? SILENCE_MS : TICK_MS);
    }
  }
}

function fields(n) {
  return `"content":"${textOf(n)}","clientMessageId":"${randomUUID()}"}`;
}

function snapshot({ accepted, delivered }) {
  return { at: performance.now(), accepted, delivered };
}

function figures({ ledger, started, ended, used }) {
  const seconds = (ended.at - started.at) / 1_000;
  const accepted = ended.accepted - started.accepted;
  const { own: generator, ...others } = used;
  const cpu = Object.entries({ ...others, generator }).map(([name, spent]) => [
    name,
    (spent / accepted) * 1_000,
  ]);
  return {
    acceptedPerSecond: accepted / seconds,
    deliveredPerSecond: (ended.delivered - started.delivered) / seconds,
    sendToDeliveredMs: ledger.latencies.percentiles(),
    sendToAcceptedMs: ledger.acceptances.percentiles(),
    cpuSecondsPer1000: Object.fromEntries(cpu),
    refused: ledger.refused,
    toldToSync: ledger.syncRequired,
    unsettled: ledger.unsettled,
  };
}
