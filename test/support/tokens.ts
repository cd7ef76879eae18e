import { createHmac } from 'node:crypto';

/** What the nodes of a `World` verify tokens with. */
export const JWT_SECRET = 'known-to-every-test-and-to-nobody-else';

/** A JWT with just these claims. Whatever `header` says, it is signed as HS256 is. */
export function signedToken(
  claims: Readonly<Record<string, unknown>>,
  secret = JWT_SECRET,
  header: object = { alg: 'HS256', typ: 'JWT' },
): string {
  const content = `${encoded(header)}.${encoded(claims)}`;
  return `${content}.${createHmac('sha256', secret).update(content).digest('base64url')}`;
}

/** A time as tokens write it. */
export function secondsFromNow(seconds: number): number {
  return Math.floor(Date.now() / 1000) + seconds;
}

function encoded(part: object): string {
  return Buffer.from(JSON.stringify(part)).toString('base64url');
}
