/**
 * The least a messaging service could do, as a floor to compare with: both doors, by Node's own HTTP server. It
 * believes everybody, stores nothing, and hands each message to its conversation as an object of the same form.
 *
 *   node relay.mjs <port> <file with the population>
 */
import { createHash, randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { readFrames, textFrame } from '../load/web-socket-frames.mjs';

const [port, file] = process.argv.slice(2);
const { users, conversations } = JSON.parse(readFileSync(file, 'utf8'));
const numbers = new Map(users.map(({ token }, number) => [token, number]));
const sockets = new Map();
const known = new Map();
for (const { size, ids } of Object.values(conversations))
  ids.forEach((id, at) => known.set(id, { first: at * size, size, seq: 0 }));

const server = createServer((request, response) => {
  if (request.method !== 'POST') return response.end();
  const chunks = [];
  request.on('data', (chunk) => chunks.push(chunk));
  request.on('end', () => {
    const [, , , conversationId] = request.url.split('/');
    const token = request.headers.authorization.slice('Bearer '.length);
    const message = take(numbers.get(token), { ...JSON.parse(Buffer.concat(chunks)), conversationId });
    const body = JSON.stringify(message);
    response.writeHead(201, {
      'content-type': 'application/json',
      'content-length': Buffer.byteLength(body),
    });
    response.end(body);
  });
});

server.on('upgrade', (request, socket) => {
  const accept = createHash('sha1')
    .update(`${request.headers['sec-websocket-key']}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`)
    .digest('base64');
  const head = ['101 Switching Protocols', 'Upgrade: websocket', 'Connection: Upgrade'];
  socket.write(`HTTP/1.1 ${head.join('\r\n')}\r\nSec-WebSocket-Accept: ${accept}\r\n\r\n`);
  socket.setNoDelay();
  socket.on('error', () => undefined);
  let rest = Buffer.alloc(0);
  let number;
  const say = (packet) => socket.write(textFrame(packet, false));
  socket.on('data', (chunk) => {
    const bytes = rest.length === 0 ? chunk : Buffer.concat([rest, chunk]);
    rest = bytes.subarray(readFrames(bytes, (...text) => hear(bytes.latin1Slice(...text.slice(1)))));
  });
  say('0{}');

  function hear(packet) {
    if (packet.startsWith('40')) {
      number = numbers.get(JSON.parse(packet.slice(2)).token);
      sockets.set(number, socket);
      say('40{}');
      say('42["ready",{}]');
    } else if (packet.startsWith('42')) {
      const at = packet.indexOf('[');
      const [, body] = JSON.parse(packet.slice(at));
      say(`43${packet.slice(2, at)}${JSON.stringify([{ ok: true, data: take(number, body) }])}`);
    }
  }
});

server.listen(Number(port), '127.0.0.1');

/** Hands it to everybody in the conversation, encoded once. */
function take(sender, { conversationId, content, clientMessageId }) {
  const conversation = known.get(conversationId);
  const seq = ++conversation.seq;
  const message = {
    id: randomUUID(),
    conversationId,
    seq,
    rev: seq,
    senderId: users[sender].id,
    type: 'text',
    content,
    contentHtml: content,
    payload: null,
    sentAt: new Date().toISOString(),
    editedAt: null,
    deletedAt: null,
    expiresAt: null,
    clientMessageId,
    replyTo: null,
    metadata: null,
    status: 'sent',
  };
  const frame = textFrame(`42["new_message",${JSON.stringify({ message })}]`, false);
  const { first, size } = conversation;
  for (let member = first; member < first + size; member++) sockets.get(member)?.write(frame);
  return message;
}
