import type { AuthConfig } from '../../config';
import { FixedKeys } from './fixed-keys';
import { JwksKeySet } from './jwks-key-set';
import type { VerificationKeys } from './verification-keys';

/**
 * The keys of the one family that is configured.
 *
 * @throws Error unless it is exactly one: with two, a token could choose what it is judged by.
 */
export function configuredKeys(config: AuthConfig): VerificationKeys {
  const families: VerificationKeys[] = [];
  if (config.jwtSecrets.length > 0) families.push(FixedKeys.ofSecrets(config.jwtSecrets));
  if (config.jwksUrl !== null) families.push(new JwksKeySet(config.jwksUrl));
  if (config.publicKey !== null) families.push(FixedKeys.ofPublicKey(config.publicKey));
  const [family] = families;
  if (family === undefined || families.length > 1) {
    throw new Error('Set exactly one of JWT_SECRET, JWT_JWKS_URL and JWT_PUBLIC_KEY');
  }
  return family;
}
