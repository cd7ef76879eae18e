const HEARTBEAT_MS = 5_000;

/**
 * Runs one step and shows it on a line: `Dependencies ... installed (24.1 s)`. A long step adds a dot now and
 * then, so that nobody takes it for a hang, also where the output goes to a file.
 *
 * @template T
 * @param {string} label
 * @param {() => Promise<T>} work
 * @param {(result: T) => string} [outcome] what to say when it is done
 * @returns {Promise<T>}
 */
export async function step(label, work, outcome = () => 'done') {
  const started = performance.now();
  process.stdout.write(`  ${label} ...`);
  const heartbeat = setInterval(() => process.stdout.write('.'), HEARTBEAT_MS);
  try {
    const result = await work();
    process.stdout.write(` ${outcome(result)} (${seconds(started)})\n`);
    return result;
  } catch (error) {
    process.stdout.write(` failed (${seconds(started)})\n`);
    throw error;
  } finally {
    clearInterval(heartbeat);
  }
}

/** @param {number} started as of `performance.now()` */
export function seconds(started) {
  return `${((performance.now() - started) / 1000).toFixed(1)} s`;
}
