import type { KeyObject } from 'node:crypto';
import type { PublicKeyAlgorithm } from './verification-keys';

const MIN_RSA_BITS = 2048;

/**
 * The one algorithm a public key is good for. The key decides, never the token: that is what keeps a public
 * key from being taken for a shared secret. Null for keys that are weak or of a kind we do not use.
 */
export function algorithmOf({
  asymmetricKeyType: type,
  asymmetricKeyDetails: details,
}: KeyObject): PublicKeyAlgorithm | null {
  if (type === 'rsa' && (details?.modulusLength ?? 0) >= MIN_RSA_BITS) return 'RS256';
  if (type === 'ec' && details?.namedCurve === 'prime256v1') return 'ES256';
  if (type === 'ed25519') return 'EdDSA';
  return null;
}
