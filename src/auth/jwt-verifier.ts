import type { KeyObject } from 'node:crypto';
import { decodeProtectedHeader, errors, type JWTPayload, jwtVerify, type JWTVerifyOptions } from 'jose';
import { Unauthenticated } from './auth.errors';
import type { TokenHeader, VerificationKeys } from './keys/verification-keys';
import { toRefusal } from './jwt-refusal';
import { readClaims } from './token-claims';
import { TokenVerifier, type VerifiedToken } from './token-verifier';

/** How far the issuer's clock and ours may disagree. */
export const LEEWAY_SECONDS = 5;

/** In characters. Real tokens have a few hundred; longer ones only cost time to refuse. */
export const MAX_TOKEN_LENGTH = 8192;

const COMPACT_JWS = /^[\w-]+\.[\w-]+\.[\w-]+$/;

/** What a token must say of its origin and destination; null asks for nothing. */
export interface ExpectedClaims {
  readonly issuer: string | null;
  readonly audience: string | null;
}

/**
 * Judges a token by the configured keys, and by nothing the token brings along: the algorithm must be one
 * of the configured family, and `jku`, `x5u`, `x5c` and `jwk` in its header are never looked at.
 */
export class JwtVerifier extends TokenVerifier {
  private readonly options: JWTVerifyOptions;

  constructor(
    private readonly keys: VerificationKeys,
    expected: ExpectedClaims,
  ) {
    super();
    this.options = {
      algorithms: [...keys.algorithms],
      issuer: expected.issuer ?? undefined,
      audience: expected.audience ?? undefined,
      requiredClaims: ['exp', 'sub'],
      clockTolerance: LEEWAY_SECONDS,
    };
  }

  async verify(token: string): Promise<VerifiedToken> {
    if (token.length > MAX_TOKEN_LENGTH) {
      throw new Unauthenticated(`The token is longer than ${MAX_TOKEN_LENGTH} characters.`);
    }
    if (!COMPACT_JWS.test(token)) throw new Unauthenticated('The token is not a signed JWT.');
    const candidates = await this.keys.candidatesFor(this.headerOf(token));
    return readClaims(await this.payloadOf(token, candidates));
  }

  /** Refuses what no key could make good, before one is looked for: looking may mean a call to another host. */
  private headerOf(token: string): TokenHeader {
    const { alg, kid, crit } = readHeader(token);
    const algorithm = this.keys.algorithms.find((known) => known === alg);
    if (algorithm === undefined) {
      throw new Unauthenticated(
        `The token must be signed by ${this.keys.algorithms.join(' or ')} (\`alg\`).`,
      );
    }
    // Critical extensions must be understood or refused (RFC 7515, 4.1.11). We understand none.
    if (crit !== undefined) throw new Unauthenticated('The token has critical extensions (`crit`).');
    if (kid !== undefined && typeof kid !== 'string') {
      throw new Unauthenticated('The key id of the token (`kid`) must be a string.');
    }
    return { algorithm, keyId: kid };
  }

  /** The payload, once the signature fits one of the keys and the claims hold. */
  private async payloadOf(token: string, candidates: readonly KeyObject[]): Promise<JWTPayload> {
    for (const key of candidates) {
      try {
        return (await jwtVerify(token, key, this.options)).payload;
      } catch (error) {
        if (!(error instanceof errors.JWSSignatureVerificationFailed)) throw toRefusal(error);
      }
    }
    throw new Unauthenticated('The signature of the token fits no key that this service trusts.');
  }
}

/** Not typed as jose does: until it is checked, a header holds whatever somebody wrote into it. */
function readHeader(token: string): Record<string, unknown> {
  try {
    return { ...decodeProtectedHeader(token) };
  } catch (error) {
    throw new Unauthenticated('The header of the token can not be read.', error);
  }
}
