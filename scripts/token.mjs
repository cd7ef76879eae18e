/**
 * Prints a token of one of the people the stand-in for kaha-main-v3 knows, signed with JWT_SECRET:
 *
 *   node --env-file=deploy/.env scripts/token.mjs asha
 */
import { Failure } from './run/failure.mjs';
import { runScript } from './run/script.mjs';
import { person } from './stand-in/directory.mjs';
import { tokenFor } from './stand-in/token.mjs';

await runScript(async () => {
  const [secret] = (process.env.JWT_SECRET ?? '').split(',');
  if (!secret) throw new Failure('JWT_SECRET is missing: what the service verifies tokens with.');
  console.log(tokenFor(person(process.argv[2]), secret.trim()));
});
