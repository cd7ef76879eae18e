import { createServer } from 'node:net';

/** A TCP port nobody listens on at this moment. */
export function freePort(host = '127.0.0.1') {
  return listenOnce(0, host);
}

/** The wanted port, or the next above it that nobody listens on. */
export async function portFrom(wanted, host) {
  for (let port = wanted; port < wanted + 50; port++) {
    try {
      return await listenOnce(port, host);
    } catch (error) {
      if (error.code !== 'EADDRINUSE') throw error;
    }
  }
  return freePort(host);
}

/**
 * Starts something on a free port, or on another where somebody else was faster to take it.
 *
 * @template T
 * @param {(port: number) => Promise<T>} start
 * @returns {Promise<T>}
 */
export async function onFreePort(start) {
  for (let attempt = 1; ; attempt++) {
    try {
      return await start(await freePort());
    } catch (error) {
      if (attempt === 3 || !/address already in use/i.test(error.output)) throw error;
    }
  }
}

function listenOnce(port, host) {
  return new Promise((resolve, reject) => {
    const server = createServer().once('error', reject);
    server.listen(port, host, () => {
      const { port: taken } = server.address();
      server.close(() => resolve(taken));
    });
  });
}
