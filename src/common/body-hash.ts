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
  return JSON.stringify(value, (_key, inner: unknown) =>
    typeof inner === 'object' && inner !== null && !Array.isArray(inner)
      ? Object.fromEntries(Object.entries(inner).sort(([one], [other]) => (one < other ? -1 : 1)))
      : inner,
  );
}
