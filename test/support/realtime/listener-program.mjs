/**
 * Somebody who listens, until the process is ended or stands still.
 *
 *   node listener-program.mjs <url> <token>
 *
 * Says `ready` on a line once it was let in.
 */
import { io } from 'socket.io-client';

const [url, token] = process.argv.slice(2);
const socket = io(url, { transports: ['websocket'], reconnection: false, auth: { token } });
socket.once('ready', () => console.log('ready'));
