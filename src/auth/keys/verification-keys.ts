import type { KeyObject } from 'node:crypto';

export type PublicKeyAlgorithm = 'RS256' | 'ES256' | 'EdDSA';
export type SigningAlgorithm = 'HS256' | PublicKeyAlgorithm;

/** What a token's header says about the key it was signed with. */
export interface TokenHeader {
  readonly algorithm: SigningAlgorithm;
  readonly keyId: string | undefined;
}

/** The keys that tokens are judged by: one family, shared secrets or public keys, never both. */
export interface VerificationKeys {
  /** A token signed by any other is refused before a key is looked for. */
  readonly algorithms: readonly SigningAlgorithm[];

  /**
   * Another number after every change of the keys: a verdict reached under an earlier one is void.
   * To be asked before each verdict: keys that age may start to renew themselves here.
   */
  edition(): number;

  /**
   * The keys that may have signed such a token, the likeliest first; none when it is certain that none did.
   *
   * @throws DependencyUnavailable when that can not be known at the moment.
   */
  candidatesFor(header: TokenHeader): Promise<readonly KeyObject[]>;
}
