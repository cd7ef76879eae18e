import { isPlainObject } from './parse-shape';

/** Whoever walks through it later, here or in Postgres, does so on a stack. */
export const MAX_DEPTH = 64;

/**
 * A JSON object of at most 64 levels.
 *
 * @param maxParts of all its levels together. Counting ends there.
 */
export function isShallowObject(value: unknown, maxParts = Infinity): value is Record<string, unknown> {
  return isPlainObject(value) && partsWithin(value, MAX_DEPTH, maxParts) >= 0;
}

/** @returns how many more parts there may be; less than none where there are too many, or too many levels. */
function partsWithin(value: unknown, levels: number, partsLeft: number): number {
  let left = partsLeft - 1;
  if (typeof value !== 'object' || value === null) return left;
  if (levels === 0) return -1;
  // Not by Object.values: of a wide one it would make a list before the first part is counted.
  for (const key in value) {
    if (left < 0) break;
    left = partsWithin((value as Record<string, unknown>)[key], levels - 1, left);
  }
  return left;
}
