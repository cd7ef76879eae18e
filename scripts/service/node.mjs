import { untilReady } from '../run/program-output.mjs';
import { inProject, projectFolder } from '../run/project.mjs';
import { startTied } from '../run/tied-program.mjs';

/** As `npm run start:prod` has it. */
const AS_IN_PRODUCTION = ['--max-semi-space-size=64', '--enable-source-maps'];
const MAIN = inProject('dist/src/main.js');
const READY_WITHIN_MS = 60_000;
/** Addresses to listen on that are none to call. */
const ANYWHERE = new Set(['0.0.0.0', '::']);
/** A stop has to be over within 10 s by contract. */
const GRACE_MS = 12_000;

/** Other ways to check tokens, which would win over the JWT_SECRET given here. */
const NOT_FROM_OUTSIDE = {
  JWT_JWKS_URL: undefined,
  JWT_PUBLIC_KEY: undefined,
  JWT_ISSUER: undefined,
  JWT_AUDIENCE: undefined,
};

/**
 * Starts one node of the built service in a process of its own, and resolves when it is ready to serve.
 *
 * @param {object} options
 * @param {Record<string, string>} options.settings its environment; what they do not say comes from ours
 * @param {string} options.host
 * @param {number} options.port
 * @param {string} options.log
 * @param {string[]} [options.nodeFlags] for Node itself
 * @param {string} [options.main] another program than the service, that is told the same and answers the same
 */
export async function startNode({ settings, host, port, log, nodeFlags = [], main = MAIN }) {
  const program = startTied(process.execPath, [...nodeFlags, ...AS_IN_PRODUCTION, main], {
    name: 'The service',
    cwd: projectFolder,
    env: { ...process.env, ...NOT_FROM_OUTSIDE, ...settings, HOST: host, PORT: String(port) },
    log,
    graceMs: GRACE_MS,
  });
  const url = `http://${ANYWHERE.has(host) ? '127.0.0.1' : host}:${port}`;
  await untilReady(program, () => answersReady(url), READY_WITHIN_MS);
  return { ...program, url };
}

async function answersReady(url) {
  try {
    const response = await fetch(`${url}/health/ready`, { signal: AbortSignal.timeout(2_000) });
    return response.ok;
  } catch {
    return false;
  }
}
