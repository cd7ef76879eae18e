import { readFileSync } from 'node:fs';

/**
 * Ends the process with one line where this Node is not one that package.json names. Called before anything else
 * is loaded, so this file uses nothing that an old Node would not know.
 */
export function requireSupportedNode() {
  const range = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')).engines.node;
  if (satisfies(process.versions.node, range)) return;
  console.error(`This needs Node ${range}; it was started with Node ${process.versions.node}.`);
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
