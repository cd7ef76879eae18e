import { join } from 'node:path';
import { freePort } from '../../scripts/infra/ports.mjs';
import { inPrivate } from '../../scripts/run/project.mjs';
import { startNode } from '../../scripts/service/node.mjs';

const HOST = '127.0.0.1';

/** The service as it runs in production. Its limits count as always, and are too high for anybody to reach. */
const AS_IN_PRODUCTION = {
  NODE_ENV: 'production',
  LOG_LEVEL: 'info',
  RATE_LIMIT_MESSAGES: '1000000',
  RATE_LIMIT_REQUESTS: '1000000',
};

/** Settings of the service that say something about a figure. */
export const TOLD_SETTINGS = AS_IN_PRODUCTION;

/**
 * Starts nodes of the built service, each a process of its own.
 *
 * @param {Awaited<ReturnType<import('../../scripts/service/surroundings.mjs').startSurroundings>>} surroundings
 * @param {number} count
 * @param {import('../../scripts/run/teardown.mjs').Teardown} teardown
 * @param {{ cpuProf?: boolean, main?: string, settings?: Record<string, string> }} [options] whether to write a CPU
 * profile of each, to .private/profiles; another program to start than the service; and settings besides those of all
 * benchmarks
 */
export async function startNodes(
  { settings, inFolder },
  count,
  teardown,
  { cpuProf = false, main, settings: more } = {},
) {
  const nodes = [];
  for (let number = 1; number <= count; number++) {
    const port = await freePort(HOST);
    const node = await startNode({
      settings: { ...settings, ...AS_IN_PRODUCTION, ...more },
      host: HOST,
      port,
      log: inFolder(`node-${number}.log`),
      main,
      nodeFlags: cpuProf ? ['--cpu-prof', `--cpu-prof-dir=${join(inPrivate('profiles'))}`] : [],
    });
    teardown.add(node.stop);
    nodes.push({ ...node, port });
  }
  return nodes;
}
