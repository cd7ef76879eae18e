import { errors } from 'jose';
import { TokenExpired, Unauthenticated } from './auth.errors';

/** For the developer who wonders what is wrong; says what should be there, never what was. */
const CLAIM_DETAILS: Readonly<Record<string, string>> = {
  exp: 'The token must say when it expires: `exp`, a number of seconds since 1970.',
  sub: 'The token must say whose it is: `sub`, the UUID of the user.',
  iss: 'The token is not from the issuer this service trusts (`iss`).',
  aud: 'The token is not meant for this service (`aud`).',
  nbf: 'The token is not valid yet (`nbf`, a number of seconds since 1970).',
  iat: 'The time of issue of the token (`iat`) must be a number of seconds since 1970.',
};

/** Our word for what jose refused. Anything that is not jose's refusal is a fault and stays what it is. */
export function toRefusal(error: unknown): unknown {
  if (error instanceof errors.JWTExpired) return new TokenExpired(error);
  if (error instanceof errors.JWTClaimValidationFailed) {
    return new Unauthenticated(CLAIM_DETAILS[error.claim] ?? 'A claim of the token does not hold.', error);
  }
  if (error instanceof errors.JOSEError) return new Unauthenticated('The token is not a valid JWT.', error);
  return error;
}
