import { runToEnd } from '../run/program-output.mjs';
import { inProject } from '../run/project.mjs';

/** Brings a database's schema up to date with the built migrations, as `npm run migrate` does. */
export function migrate(databaseUrl, log) {
  const script = inProject('dist/src/migrate.js');
  const env = { ...process.env, DATABASE_URL: databaseUrl };
  return runToEnd(process.execPath, ['--enable-source-maps', script], { name: 'The migration', env, log });
}
