import { isPlainObject } from './parse-shape';

/** Whoever walks through it later, here or in Postgres, does so on a stack. */
export const MAX_DEPTH = 64;

/** A JSON object of at most 64 levels. */
export function isShallowObject(value: unknown): value is Record<string, unknown> {
  return isPlainObject(value) && !isDeeperThan(MAX_DEPTH, value);
}

function isDeeperThan(depth: number, value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return false;
  return depth === 0 || Object.values(value).some((part) => isDeeperThan(depth - 1, part));
}
