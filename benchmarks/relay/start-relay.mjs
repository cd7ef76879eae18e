import { writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { freePort } from '../../scripts/infra/ports.mjs';
import { untilReady } from '../../scripts/run/program-output.mjs';
import { startTied } from '../../scripts/run/tied-program.mjs';

const RELAY = fileURLToPath(new URL('./relay.mjs', import.meta.url));
const READY_WITHIN_MS = 10_000;

/**
 * @param {import('../load/population.mjs').Population} population
 * @param {(name: string) => string} inFolder
 */
export async function startRelay(population, inFolder) {
  const file = inFolder('population.json');
  writeFileSync(file, JSON.stringify(population), { mode: 0o600 });
  const port = await freePort();
  const log = inFolder('relay.log');
  const program = startTied(process.execPath, [RELAY, String(port), file], { name: 'The relay', log });
  await untilReady(program, () => answers(port), READY_WITHIN_MS);
  return { ...program, port };
}

async function answers(port) {
  try {
    return (await fetch(`http://127.0.0.1:${port}/`, { signal: AbortSignal.timeout(1_000) })).ok;
  } catch {
    return false;
  }
}
