/**
 * Keeps the generated documents (scripts/docs/documents.mjs) equal to what the code says.
 *
 *   node scripts/docs.mjs --write    brings them up to date
 *   node scripts/docs.mjs --check    exits 1 and names those that differ
 *
 * It reads the built code: run `npm run build` first.
 */
import { readFile, writeFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import prettier from 'prettier';
import { NotBuilt } from './docs/built.mjs';
import { documents } from './docs/documents.mjs';

const root = resolve(import.meta.dirname, '..');
const modes = { '--write': write, '--check': check };

const [mode, ...rest] = process.argv.slice(2);
if (!Object.hasOwn(modes, mode ?? '') || rest.length > 0)
  fail('usage: node scripts/docs.mjs --write | --check');
try {
  await modes[mode]();
} catch (error) {
  if (error instanceof NotBuilt) fail(error.message);
  throw error;
}

async function write() {
  for (const { path, text } of await outdated()) {
    await writeFile(resolve(root, path), text);
    console.log(`wrote ${path}`);
  }
}

async function check() {
  const paths = (await outdated()).map(({ path }) => path);
  if (paths.length > 0) fail(`not up to date: ${paths.join(', ')}. Run: npm run build && npm run docs:write`);
}

async function outdated() {
  const produced = [];
  for (const { path, produce } of documents) {
    const text = await formatted(path, await produce());
    if (text !== (await committed(path))) produced.push({ path, text });
  }
  return produced;
}

/** As `npm run format` would leave it, so that the two never disagree. */
async function formatted(path, text) {
  const file = resolve(root, path);
  const { inferredParser } = await prettier.getFileInfo(file);
  if (inferredParser === null) return text;
  return prettier.format(text, { ...(await prettier.resolveConfig(file)), filepath: file });
}

async function committed(path) {
  try {
    return await readFile(resolve(root, path), 'utf8');
  } catch (error) {
    if (error.code === 'ENOENT') return undefined;
    throw error;
  }
}

function fail(message) {
  console.error(`docs: ${message}`);
  process.exit(1);
}
