import { processFacts } from './process-facts.mjs';

const EVERY_MS = 500;
const SHELL = /^(ba|da|a|z|k)?sh$/;

/**
 * Calls back once when the npm that runs this script is gone. A killed npm takes nobody with it, so its script
 * has to notice. A script that was started without npm is nobody's and runs on.
 *
 * @param {() => void} callback
 */
export function whenAbandoned(callback) {
  if (process.env.npm_lifecycle_event === undefined) return;
  const atStart = lineage();
  const timer = setInterval(() => {
    if (lineage() === atStart) return;
    clearInterval(timer);
    callback();
  }, EVERY_MS);
  timer.unref();
}

/** This process's parent, and the one above where npm put a shell between. */
function lineage() {
  const parent = processFacts(process.ppid);
  const viaShell = parent !== null && SHELL.test(parent.command);
  return [process.ppid, ...(viaShell ? [parent.parent] : [])].join();
}
