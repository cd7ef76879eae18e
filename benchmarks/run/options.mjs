import { parseArgs } from 'node:util';
import { Failure } from '../../scripts/run/failure.mjs';

const COMMON = {
  quick: { type: 'boolean', default: false },
  rounds: { type: 'string' },
  seconds: { type: 'string' },
  only: { type: 'string' },
};

/**
 * What a benchmark was asked for on its command line.
 *
 * - `--rounds` how often each case is measured, in turn with the others; a figure is the median of them
 * - `--seconds` how long each measurement takes
 * - `--only` only cases whose name this regular expression finds
 * - `--quick` one short round, for trying something out: nothing is written to benchmarks/results
 *
 * @param {{ rounds: number, seconds: number }} defaults
 * @param {import('node:util').ParseArgsConfig['options']} [more]
 */
export function readOptions(defaults, more = {}) {
  const { values } = parsed({ ...COMMON, ...more });
  const { quick } = values;
  return {
    ...values,
    rounds: amount('rounds', values.rounds, quick ? 1 : defaults.rounds, 20),
    seconds: amount('seconds', values.seconds, quick ? 1.5 : defaults.seconds, 60),
    only: new RegExp(values.only ?? ''),
    isKept: !quick && values.only === undefined,
  };
}

/** A number the command line gives, within bounds: every loop of a benchmark ends. */
export function amount(name, given, otherwise, most) {
  const number = given === undefined ? otherwise : Number(given);
  if (number > 0 && number <= most) return number;
  throw new Failure(`--${name} must be a number above 0, at most ${most}.`);
}

function parsed(options) {
  try {
    return parseArgs({ options });
  } catch (error) {
    throw new Failure(error.message);
  }
}
