import { createHmac } from 'node:crypto';

const DAYS = 30;

/** A token as the platform's login would issue it: HS256, for one person. */
export function tokenFor({ uuid }, secret) {
  const now = Math.floor(Date.now() / 1000);
  const claims = { sub: uuid, iat: now, exp: now + DAYS * 24 * 60 * 60 };
  const signed = [{ alg: 'HS256', typ: 'JWT' }, claims]
    .map((part) => Buffer.from(JSON.stringify(part)).toString('base64url'))
    .join('.');
  return `${signed}.${createHmac('sha256', secret).update(signed).digest('base64url')}`;
}
