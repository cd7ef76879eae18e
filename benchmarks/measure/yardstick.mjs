import { createHash } from 'node:crypto';

const STEPS = 5_000_000;
const HASHES = 50_000;

/**
 * How fast this machine is at this moment, whatever its processor is called: a virtual one may have a fraction of
 * it, and another an hour later. To tell by whether two results can be compared.
 *
 * @returns {{ multiplyAddNs: number, sha256Ns: number }} the best of five tries
 */
export function yardstick() {
  const best = (work, times) => {
    const tries = Array.from({ length: 5 }, () => {
      const started = performance.now();
      work();
      return performance.now() - started;
    });
    return Math.round((Math.min(...tries) / times) * 1e7) / 10;
  };
  return { multiplyAddNs: best(multiplyAdd, STEPS), sha256Ns: best(hash, HASHES) };
}

function multiplyAdd() {
  let sum = 0;
  for (let n = 0; n < STEPS; n++) sum = (Math.imul(sum, 31) + n) | 0;
  return sum;
}

function hash() {
  for (let n = 0; n < HASHES; n++) createHash('sha256').update('of a few bytes').digest();
}
