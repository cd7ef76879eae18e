/**
 * Socket.IO and nothing else, as a floor to compare with: everybody in a room of their own, each message emitted to
 * the rooms of its conversation.
 *
 *   node bare-node.mjs <port> <port for commands> <file with the population>
 */
import { createServer } from 'node:http';
import { Server } from 'socket.io';
import { takeCommands } from './commands.mjs';
import { Messages } from './messages.mjs';

const [port, commandPort, file] = process.argv.slice(2);
const messages = new Messages(file);
const ids = new Map(messages.users.map(({ token, id }) => [token, id]));

const http = createServer((_request, response) => response.end());
const io = new Server(http, {
  serveClient: false,
  transports: ['websocket'],
  perMessageDeflate: false,
  httpCompression: false,
});
io.on('connection', (socket) => {
  void socket.join(roomOf(ids.get(socket.handshake.auth.token)));
  socket.emit('ready', {});
});
http.listen(Number(port), '127.0.0.1');

takeCommands(Number(commandPort), (commands) => {
  for (const command of commands) {
    const { message, members } = messages.make(command);
    io.local.to(members.map(roomOf)).emit('new_message', { message });
  }
});

function roomOf(userId) {
  return `user:${userId}`;
}
