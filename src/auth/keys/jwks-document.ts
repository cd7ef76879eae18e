import { createPublicKey, type JsonWebKey, type KeyObject } from 'node:crypto';
import { isPlainObject } from '../../common/validation';
import { algorithmOf } from './public-key-algorithm';
import type { PublicKeyAlgorithm } from './verification-keys';

/** A token without a key id is tried against every key of its algorithm, so their number is bounded. */
const MAX_KEYS = 32;

export interface PublishedKey {
  readonly id: string | null;
  readonly algorithm: PublicKeyAlgorithm;
  readonly key: KeyObject;
}

/**
 * Reads a JSON Web Key Set (RFC 7517). Keys that are not meant for signatures, or that we can not use, are
 * left out as the RFC asks; so are symmetric ones: a secret that anybody may read is none.
 *
 * @throws Error when `text` is not a key set at all.
 */
export function readJwks(text: string): readonly PublishedKey[] {
  const document: unknown = JSON.parse(text);
  if (!isPlainObject(document) || !Array.isArray(document.keys)) throw new Error('not a JSON Web Key Set');
  return document.keys.slice(0, MAX_KEYS).flatMap((jwk: unknown) => readKey(jwk) ?? []);
}

function readKey(jwk: unknown): PublishedKey | null {
  if (!isPlainObject(jwk) || !isForSignatures(jwk)) return null;
  const key = importKey(jwk);
  const algorithm = key && algorithmOf(key);
  if (!algorithm || (jwk.alg !== undefined && jwk.alg !== algorithm)) return null;
  return { id: typeof jwk.kid === 'string' ? jwk.kid : null, algorithm, key };
}

function isForSignatures({ kty, use, key_ops: operations }: Record<string, unknown>): boolean {
  return (
    kty !== 'oct' &&
    (use === undefined || use === 'sig') &&
    (operations === undefined || (Array.isArray(operations) && operations.includes('verify')))
  );
}

function importKey(jwk: Record<string, unknown>): KeyObject | null {
  try {
    return createPublicKey({ key: jwk as JsonWebKey, format: 'jwk' });
  } catch {
    return null;
  }
}
