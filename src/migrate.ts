import { ConfigError, loadMigrationConfigFromEnvironment } from './config';
import { migrate } from './database';
import { loadExtensions } from './extensions';

/** `npm run migrate`: brings the schema of DATABASE_URL up to date, with that of the extensions, and says what it did. */
async function main(): Promise<void> {
  const { databaseUrl, extensions } = loadMigrationConfigFromEnvironment();
  const applied = await migrate(
    databaseUrl,
    loadExtensions(extensions).flatMap(({ migrations = [] }) => migrations),
  );
  for (const name of applied) console.log(`applied ${name}`);
  if (applied.length === 0) console.log('the schema is up to date');
}

main().catch((error: unknown) => {
  console.error(error instanceof ConfigError ? error.message : error);
  process.exit(1);
});
