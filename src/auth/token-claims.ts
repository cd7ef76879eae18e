import type { JWTPayload } from 'jose';
import { isUuid, NIL_UUID } from '../common/uuid';
import { Unauthenticated } from './auth.errors';
import type { VerifiedToken } from './token-verifier';

/**
 * Reads the claims that mean something here; all others grant nothing. Ids are taken over in lower case, so
 * that one person is one text wherever ids are compared.
 *
 * @throws Unauthenticated when `sub` or `tenant` is no UUID, or a time is none.
 */
export function readClaims(payload: JWTPayload): VerifiedToken {
  return {
    actor: { tenantId: readUuid(payload, 'tenant', NIL_UUID), userId: readUuid(payload, 'sub') },
    issuedAt: payload.iat === undefined ? null : readTime(payload, 'iat'),
    expiresAt: readTime(payload, 'exp'),
  };
}

function readUuid(payload: JWTPayload, claim: string, absent?: string): string {
  const value = payload[claim] === undefined ? absent : payload[claim];
  if (!isUuid(value)) throw new Unauthenticated(`\`${claim}\` of the token must be a UUID.`);
  return value.toLowerCase();
}

function readTime(payload: JWTPayload, claim: 'exp' | 'iat'): Date {
  const time = new Date(Number(payload[claim]) * 1000);
  // Some numbers are no time at all (1e300): nothing that waits for them or compares with them works.
  if (Number.isNaN(time.getTime())) throw new Unauthenticated(`\`${claim}\` of the token is out of range.`);
  return time;
}
