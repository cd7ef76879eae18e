import { once } from 'node:events';
import { connect } from 'node:net';
import { text } from 'node:stream/consumers';
import type { Answer } from './rest';

/**
 * Says these bytes to a node and hears all that it says until it hangs up.
 *
 * @param thenEnds the client's side of the connection. A request that is whole gets no answer then: Node gives up on
 * whoever ends first.
 */
export async function speak(nodeUrl: string, bytes: string | Buffer, thenEnds: boolean): Promise<string> {
  const { hostname, port } = new URL(nodeUrl);
  const socket = connect(Number(port), hostname);
  await once(socket, 'connect');
  // The service may hang up while we are still talking.
  socket.on('error', () => undefined);
  socket.write(bytes);
  if (thenEnds) socket.end();
  return text(socket);
}

/** What was heard as an answer; of several the first, if none but it has a body. */
export function heardAnswer(heard: string): Answer<unknown> {
  const [head = '', body = ''] = heard.split('\r\n\r\n', 2);
  const [statusLine = '', ...lines] = head.split('\r\n');
  const headers = lines.map((line): [string, string] => {
    const [name = '', value = ''] = line.split(/: ?(.*)/, 2);
    return [name.toLowerCase(), value];
  });
  return {
    status: Number(statusLine.split(' ')[1]),
    headers: Object.fromEntries(headers),
    body: JSON.parse(body),
  };
}
