import { createServer } from 'node:net';

/**
 * Takes commands from the load generator, a line each: `<number of the message> <conversation> <sender's number>`.
 *
 * @param {number} port
 * @param {(commands: { n: number, conversationId: string, sender: number }[]) => void} carryOut those that came at once
 */
export function takeCommands(port, carryOut) {
  const server = createServer((socket) => {
    let rest = '';
    socket.setEncoding('latin1');
    socket.setNoDelay();
    socket.on('error', () => undefined);
    socket.on('data', (text) => {
      const lines = (rest + text).split('\n');
      rest = lines.pop();
      carryOut(lines.map(commandOf));
    });
  });
  server.listen(port, '127.0.0.1');
}

function commandOf(line) {
  const [n, conversationId, sender] = line.split(' ');
  return { n: Number(n), conversationId, sender: Number(sender) };
}
