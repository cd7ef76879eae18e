import { Unauthenticated } from './auth.errors';

const BEARER = /^Bearer +(\S+)$/i;

/**
 * The one token of an `Authorization: Bearer …` header (RFC 6750).
 *
 * @throws Unauthenticated when there is none, more than one, or another scheme.
 */
export function bearerToken(authorization: string | undefined): string {
  const token = BEARER.exec(authorization ?? '')?.[1];
  if (token === undefined) throw new Unauthenticated('Send `Authorization: Bearer <token>`.');
  return token;
}
