import { readFileSync } from 'node:fs';

/**
 * Ends the process with one line where this system is not one the scripts can run on. Called before anything else
 * is loaded, so this file uses nothing that an old Node would not know.
 */
export function checkRequirements() {
  const range = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')).engines.node;
  const found = process.versions.node;
  if (!satisfies(found, range)) refuse(`This needs Node ${range}; it was started with Node ${found}.`);
  if (process.platform === 'win32') refuse('This needs Linux or macOS; on Windows run it in WSL.');
}

function refuse(reason) {
  console.error(reason);
  process.exit(1);
}

/** As much of semver as `engines` uses: `^1.2.3` and `>=1.2.3`, joined by `||`. */
function satisfies(version, range) {
  return range.split('||').some((part) => {
    const [, operator, floor] = /^(\^|>=)(\d+\.\d+\.\d+)$/.exec(part.trim());
    const sameMajor = parseInt(version, 10) === parseInt(floor, 10);
    return compare(version, floor) >= 0 && (operator === '>=' || sameMajor);
  });
}

function compare(a, b) {
  const [left, right] = [a, b].map((text) => text.split('.').map(Number));
  const at = left.findIndex((part, index) => part !== right[index]);
  return at === -1 ? 0 : left[at] - right[at];
}
