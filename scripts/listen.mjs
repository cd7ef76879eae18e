/**
 * Connects to the running quickstart as one of its people and prints what reaches them:
 *
 *   node scripts/listen.mjs bikram
 */
import { keptSecret } from './infra/secrets.mjs';
import { runningQuickstart } from './quickstart/running.mjs';
import { Failure } from './run/failure.mjs';
import { runScript } from './run/script.mjs';
import { person } from './stand-in/directory.mjs';
import { tokenFor } from './stand-in/token.mjs';

await runScript(async (teardown) => {
  const listener = person(process.argv[2]);
  const { url } = runningQuickstart();
  const { io } = await import('socket.io-client');

  // A function, so that a listener who reconnects after a long while signs in with a fresh token.
  const auth = (sign) => sign({ token: tokenFor(listener, keptSecret('jwtSecret')) });
  const socket = io(url, { transports: ['websocket'], auth });
  teardown.add(() => socket.close());
  socket.on('connect', () => console.log(`Listening as ${listener.name}. Ctrl-C ends.`));
  socket.onAny((event, payload) => console.log(`${event} ${JSON.stringify(payload, null, 2)}`));
  throw new Failure(await finalWord(socket));
});

/** Why the connection is over. What comes back by itself is only told. */
function finalWord(socket) {
  return new Promise((resolve) => {
    const tell = (text) => (socket.active ? console.log(text) : resolve(text));
    socket.on('disconnect', (reason) => tell(`Disconnected: ${reason}`));
    socket.on('connect_error', (error) => tell(`Not connected: ${error.data?.detail ?? error.message}`));
  });
}
