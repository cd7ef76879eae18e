/**
 * Somebody who has nothing to do with it, and sends a message twenty times a second until standard input ends. A process
 * of its own: what keeps the attackers busy must not look like the service being late.
 *
 *   node bystander-program.mjs <url> <token> <conversation id>
 *
 * Says `ready` on a line once it is warm, and at the end one line of JSON: the milliseconds that each took to be
 * acknowledged, and what was not.
 */
import { setTimeout as delay } from 'node:timers/promises';
import { io } from 'socket.io-client';

const EVERY_MS = 50;
/** The service has compiled nothing yet: these are not counted. */
const WARM_UP = 50;
const ANSWER_WITHIN_MS = 5_000;

const [url, token, conversationId] = process.argv.slice(2);
const socket = io(url, { transports: ['websocket'], reconnection: false, auth: { token } });
let isOver = false;
process.stdin.on('end', () => (isOver = true)).resume();

const took = [];
const refused = [];
socket.on('disconnect', (reason) => refused.push(reason));
await new Promise((resolve, reject) => socket.once('ready', resolve).once('connect_error', reject));
for (let n = 0; n < WARM_UP; n++) await says('good morning');
took.length = 0;
console.log('ready');
while (!isOver && socket.connected) {
  await says('undisturbed');
  await delay(EVERY_MS);
}
console.log(JSON.stringify({ took, refused }));
process.exit(0);

async function says(content) {
  const started = performance.now();
  try {
    const ack = await socket
      .timeout(ANSWER_WITHIN_MS)
      .emitWithAck('send_message', { conversationId, content });
    if (!ack.ok) refused.push(ack.error.code);
  } catch (error) {
    refused.push(error.message);
  }
  took.push(performance.now() - started);
}
