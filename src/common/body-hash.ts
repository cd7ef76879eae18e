import { hash } from 'node:crypto';

const HASH_BYTES = 16;

/**
 * Stands for the body behind an idempotency key: the same for two bodies that say the same, whatever order their
 * fields came in. 128 bits of SHA-256, so that nobody finds two that collide.
 */
export function bodyHash(body: Readonly<Record<string, unknown>>): Buffer {
  return hash('sha256', canonicalJson(body), 'buffer').subarray(0, HASH_BYTES);
}

/** JSON with the keys of every object sorted, and without what is undefined. */
function canonicalJson(value: unknown): string {
  return JSON.stringify(sorted(value));
}

/** Sorted first and then written: a replacer is called for every single value, and takes four times as long. */
function sorted(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.map(sorted);
  const fields = value as Readonly<Record<string, unknown>>;
  // By entries: set one by one, a key such as `__proto__` would be lost.
  return Object.fromEntries(
    Object.keys(fields)
      .sort()
      .map((name) => [name, sorted(fields[name])]),
  );
}
