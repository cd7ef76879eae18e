import { createPublicKey, createSecretKey, type KeyObject } from 'node:crypto';
import { algorithmOf } from './public-key-algorithm';
import type { SigningAlgorithm, VerificationKeys } from './verification-keys';

/**
 * Keys that are set for the life of the process. They are few and need no `kid`: any of them may have signed.
 * Each is made once, here: making it from text for each token costs more than the rest of a request.
 */
export class FixedKeys implements VerificationKeys {
  readonly algorithms: readonly SigningAlgorithm[];

  private constructor(
    algorithm: SigningAlgorithm,
    private readonly keys: readonly KeyObject[],
  ) {
    this.algorithms = [algorithm];
  }

  /** HS256 by any of `secrets`, the current one first, so that secrets can be rotated without downtime. */
  static ofSecrets(secrets: readonly string[]): FixedKeys {
    return new FixedKeys(
      'HS256',
      secrets.map((secret) => createSecretKey(secret, 'utf8')),
    );
  }

  /** @throws Error when `pem` holds no public key we can use. */
  static ofPublicKey(pem: string): FixedKeys {
    const key = readPublicKey(pem);
    const algorithm = key && algorithmOf(key);
    if (!algorithm) {
      throw new Error(
        'JWT_PUBLIC_KEY must be a public key in PEM: RSA of 2048 bits or more, P-256 or Ed25519',
      );
    }
    return new FixedKeys(algorithm, [key]);
  }

  edition(): number {
    return 0;
  }

  candidatesFor(): Promise<readonly KeyObject[]> {
    return Promise.resolve(this.keys);
  }
}

function readPublicKey(pem: string): KeyObject | null {
  try {
    return createPublicKey(pem);
  } catch {
    return null;
  }
}
