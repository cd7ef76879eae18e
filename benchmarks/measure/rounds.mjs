/**
 * Measures every case once, then every case again: what the machine does meanwhile hits all of them alike.
 *
 * @template Case
 * @param {readonly Case[]} cases
 * @param {number} rounds
 * @param {(one: Case, round: number) => Promise<Record<string, unknown>>} measure
 * @returns {Promise<{ median: Record<string, unknown>, runs: Record<string, unknown>[] }[]>} in the order of cases
 */
export async function interleaved(cases, rounds, measure) {
  const runs = cases.map(() => []);
  for (let round = 0; round < rounds; round++)
    for (const [index, one] of cases.entries()) runs[index].push(await measure(one, round));
  return runs.map((ofOne) => ({ median: medianOf(ofOne), runs: ofOne }));
}

/** Of each figure by itself, also within objects. */
function medianOf(runs) {
  const [first] = runs;
  if (typeof first === 'object' && first !== null) {
    const names = Object.keys(first);
    return Object.fromEntries(names.map((name) => [name, medianOf(runs.map((run) => run[name]))]));
  }
  const sorted = runs.filter((value) => value !== null).sort((a, b) => a - b);
  if (sorted.length === 0) return null;
  const middle = (sorted.length - 1) / 2;
  return (sorted[Math.floor(middle)] + sorted[Math.ceil(middle)]) / 2;
}
