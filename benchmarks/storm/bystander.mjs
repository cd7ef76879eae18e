import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { isMainThread, parentPort, Worker, workerData } from 'node:worker_threads';
import { ChatSocket } from '../load/chat-socket.mjs';
import { textOf } from '../load/text.mjs';
import { Samples } from '../measure/samples.mjs';

const EVERY_MS = 20;

/**
 * Two people who have nothing to do with it: one writes to the other, so many times a second, by schedule. In a thread
 * of their own, so that what is measured is not how busy the crowd keeps its own.
 */
export class Bystander {
  #worker;

  /**
   * @param {number} port of the node that is left
   * @param {{ id: string, tokens: [string, string] }} conversation
   */
  static async watches(port, conversation) {
    const worker = new Worker(new URL(import.meta.url), { workerData: { port, conversation } });
    await once(worker, 'message');
    const bystander = new Bystander();
    bystander.#worker = worker;
    return bystander;
  }

  /** @returns {Promise<{ acknowledgedMs: object, deliveredMs: object, sent: number, refused: number }>} since it was last asked */
  async tells() {
    this.#worker.postMessage('tell');
    const [told] = await once(this.#worker, 'message');
    if (told.trouble !== undefined) throw new Error(`The bystander: ${told.trouble}`);
    return told;
  }

  async leaves() {
    await this.#worker.terminate();
  }
}

async function write({ port, conversation: { id, tokens } }) {
  const due = new Map();
  let acknowledged = new Samples();
  let delivered = new Samples();
  let refused = 0;
  let trouble;
  const since = (n) => performance.now() - (due.get(n) ?? NaN);
  const troubled = (what) => (trouble ??= what);
  const writes = {
    message: () => undefined,
    page: () => undefined,
    ack: (n, refusal) => (refusal === null ? acknowledged.add(since(n)) : refused++),
    syncRequired: () => undefined,
    trouble: troubled,
  };
  const reads = { ...writes, message: (n) => delivered.add(since(n)), ack: () => undefined };
  const writer = await ChatSocket.open({ port, token: tokens[0] }, writes);
  await ChatSocket.open({ port, token: tokens[1] }, reads);

  const started = performance.now();
  let next = 0;
  setInterval(() => {
    for (; next < (performance.now() - started) / EVERY_MS; next++) {
      due.set(next, started + next * EVERY_MS);
      const body = { conversationId: id, content: textOf(next), clientMessageId: randomUUID() };
      writer.send(`42${next}["send_message",${JSON.stringify(body)}]`);
    }
  }, 1);

  parentPort.on('message', () => {
    const told = {
      trouble,
      sent: acknowledged.count + refused,
      refused,
      acknowledgedMs: acknowledged.percentiles(),
      deliveredMs: delivered.percentiles(),
    };
    [acknowledged, delivered, refused] = [new Samples(), new Samples(), 0];
    parentPort.postMessage(told);
  });
  parentPort.postMessage('watching');
}

if (!isMainThread) await write(workerData);
