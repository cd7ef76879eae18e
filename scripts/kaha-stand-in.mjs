/**
 * The stand-in for kaha-main-v3 by itself, for an installation in containers (docker-compose.yml). HOST, PORT and
 * KAHA_SERVICE_TOKEN, the one token it accepts, come from its environment.
 */
import { Failure } from './run/failure.mjs';
import { runScript } from './run/script.mjs';
import { startKahaStandIn } from './stand-in/kaha.mjs';

await runScript(async (teardown) => {
  const { HOST, PORT, KAHA_SERVICE_TOKEN: token } = process.env;
  if (!token) throw new Failure('KAHA_SERVICE_TOKEN is missing: the token that callers have to bring.');
  const kaha = await startKahaStandIn({ host: HOST, port: Number(PORT ?? 4000), token });
  teardown.add(kaha.stop);
  console.log(`Standing in for kaha-main-v3 at ${kaha.url}`);
  await kaha.closed;
});
