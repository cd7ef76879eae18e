import { createHmac, timingSafeEqual } from 'node:crypto';
import type { Actor } from '../actor';
import { DomainError } from '../problem';

const SEAL_BYTES = 16;

export class InvalidCursor extends DomainError {
  constructor() {
    super('invalid_cursor', 'The cursor was not issued to you for this list, or was altered.');
  }
}

/**
 * Writes a position as a token that only its owner can use, for the list it was made for: the position in
 * the clear, followed by an HMAC-SHA-256 (cut to 128 bits) over purpose, caller and position.
 */
export function sealCursor(key: Buffer, purpose: string, actor: Actor, position: unknown): string {
  const body = Buffer.from(JSON.stringify(position));
  return Buffer.concat([seal(key, purpose, actor, body), body]).toString('base64url');
}

/** @throws InvalidCursor for anything `sealCursor` did not make for this caller, purpose and key. */
export function openCursor(key: Buffer, purpose: string, actor: Actor, cursor: string): unknown {
  const bytes = Buffer.from(cursor, 'base64url');
  // Decoding is lenient about stray characters; only the one spelling that we wrote is ours.
  if (bytes.length <= SEAL_BYTES || bytes.toString('base64url') !== cursor) throw new InvalidCursor();
  const body = bytes.subarray(SEAL_BYTES);
  if (!timingSafeEqual(bytes.subarray(0, SEAL_BYTES), seal(key, purpose, actor, body)))
    throw new InvalidCursor();
  return JSON.parse(body.toString()) as unknown;
}

function seal(key: Buffer, purpose: string, { tenantId, userId }: Actor, body: Buffer): Buffer {
  return createHmac('sha256', key)
    .update(`${purpose}\n${tenantId}\n${userId}\n`)
    .update(body)
    .digest()
    .subarray(0, SEAL_BYTES);
}
