import { constants } from 'node:os';
import { whenAbandoned } from './abandonment.mjs';
import { Failure } from './failure.mjs';
import { Teardown } from './teardown.mjs';

/**
 * The life of a script that starts things: whichever way it ends (done, failed, SIGINT, SIGTERM, SIGHUP, its npm
 * gone), what was added to `teardown` is undone, and then the process exits.
 *
 * @param {(teardown: Teardown) => Promise<number | void>} main resolves to the exit code, 0 by default
 */
export async function runScript(main) {
  const teardown = new Teardown();
  let ending = false;
  const end = async (code) => {
    if (ending) return;
    ending = true;
    await teardown.run();
    process.exit(code);
  };

  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'])
    process.on(signal, () => {
      if (!ending) console.log('\nStopping ...');
      void end(128 + constants.signals[signal]);
    });
  whenAbandoned(() => void end(1));
  // The reader of our output may be gone before us; that is no reason to leave anything running.
  for (const stream of [process.stdout, process.stderr]) stream.on('error', () => {});

  try {
    await end((await main(teardown)) ?? 0);
  } catch (error) {
    // What fails because it is being stopped is no news.
    if (!ending) report(error);
    await end(1);
  }
}

function report(error) {
  if (!(error instanceof Failure)) return console.error(error);
  if (error.output) console.error(`\n${error.output.trimEnd()}`);
  console.error(`\n${error.message}`);
}
