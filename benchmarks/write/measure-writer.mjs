import { setTimeout as delay } from 'node:timers/promises';
import { startCpuClock } from '../measure/cpu-times.mjs';
import { Samples } from '../measure/samples.mjs';
import { draft } from './drafts.mjs';

const MOST_MESSAGES = 5_000_000;

/**
 * Keeps so many messages in flight for a while.
 *
 * @param {object} plan
 * @param {{ write: (draft: object) => Promise<unknown> }} plan.writer
 * @param {{ id: string, members: string[] }[]} plan.conversations
 * @param {number} plan.inFlight
 * @param {number} plan.seconds to measure, after a fifth of it to warm up
 * @param {number} plan.postgres its process id
 */
export async function measureWriter({ writer, conversations, inFlight, seconds, postgres }) {
  let running = true;
  let written = 0;
  let latencies = new Samples();
  const write = async () => {
    for (let n = 0; running && n < MOST_MESSAGES / inFlight; n++) {
      const { id, members } = conversations[Math.floor(Math.random() * conversations.length)];
      const started = performance.now();
      await writer.write(draft(id, members[n % members.length]));
      latencies.add(performance.now() - started);
      written++;
    }
  };
  const writers = Array.from({ length: inFlight }, write);
  const all = Promise.all(writers);
  try {
    await Promise.race([delay(seconds * 200), all]);
    const clock = startCpuClock({ postgres });
    const [startedAt, before] = [performance.now(), written];
    latencies = new Samples();
    await Promise.race([delay(seconds * 1_000), all]);
    const messages = written - before;
    const elapsed = (performance.now() - startedAt) / 1_000;
    const used = clock();
    const { p50, p99 } = latencies.percentiles();
    return {
      messagesPerSecond: messages / elapsed,
      p50Ms: p50,
      p99Ms: p99,
      nodeMicroseconds: (used.own / messages) * 1e6,
      postgresMicroseconds: (used.postgres / messages) * 1e6,
    };
  } finally {
    running = false;
    await all;
  }
}
