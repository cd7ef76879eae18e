/**
 * Whether a page from `origin` may talk to us. Browsers name it in every handshake, by WebSocket too, where no
 * CORS protects anybody; who sends none is not a page in a browser.
 */
export function isWelcome(origin: string | undefined, allowed: readonly string[]): boolean {
  return origin === undefined || allowed.includes(origin);
}
