import { randomBytes } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { inPrivate } from '../run/project.mjs';

const FILE = 'secrets.json';

export function newSecret() {
  return randomBytes(32).toString('base64url');
}

/**
 * The secret of this working copy with this name, made when it is first asked for and kept in a file only we can
 * read, so that tokens and passwords of an earlier run stay valid.
 */
export function keptSecret(name) {
  const secrets = readSecrets();
  if (secrets[name] === undefined) {
    secrets[name] = newSecret();
    writeFileSync(inPrivate(FILE), JSON.stringify(secrets, null, 2), { mode: 0o600 });
  }
  return secrets[name];
}

function readSecrets() {
  try {
    return JSON.parse(readFileSync(inPrivate(FILE), 'utf8'));
  } catch (error) {
    if (error.code === 'ENOENT') return {};
    throw error;
  }
}
