import { residentKib } from '../measure/memory.mjs';

const EVERY_MS = 200;
const WAITING = /^chat_postgres_pool_waiting (\d+)/m;

/** Looks at a node again and again, and keeps the worst it has seen. */
export class NodeWatch {
  #mostWaiting = 0;
  #mostKib = 0;
  #timer;

  /**
   * @param {number} pid
   * @param {number} metricsPort
   */
  static of(pid, metricsPort) {
    const watch = new NodeWatch();
    watch.#timer = setInterval(() => void watch.#look(pid, metricsPort), EVERY_MS);
    return watch;
  }

  peaks() {
    return { mostWaiting: this.#mostWaiting, mostMib: this.#mostKib / 1_024 };
  }

  ends() {
    clearInterval(this.#timer);
  }

  async #look(pid, metricsPort) {
    this.#mostKib = Math.max(this.#mostKib, residentKib(pid));
    try {
      const text = await (await fetch(`http://127.0.0.1:${metricsPort}/metrics`)).text();
      this.#mostWaiting = Math.max(this.#mostWaiting, Number(WAITING.exec(text)?.[1] ?? 0));
    } catch {
      // It is busy, or gone: whoever waits for it will say so.
    }
  }
}
