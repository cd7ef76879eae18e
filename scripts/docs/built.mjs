import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { resolve } from 'node:path';

const require = createRequire(import.meta.url);
const dist = resolve(import.meta.dirname, '../../dist');

/** What `built` was asked for is not there; the message says what to run. */
export class NotBuilt extends Error {}

/** The built form of a source file: `built('src/config/config.schema')`. */
export function built(source) {
  const file = resolve(dist, `${source}.js`);
  if (!existsSync(file)) throw new NotBuilt(`dist/${source}.js is missing. Run: npm run build`);
  return require(file);
}
