import { connect } from 'node:net';

/** One for all connections: what is read is taken, or copied, before the next read. */
const READ_BUFFER = Buffer.allocUnsafeSlow(256 * 1024);

/**
 * A TCP connection on loopback, with as little between as Node allows: what the load generator uses of the machine
 * is lost to the service.
 *
 * @param {number} port
 * @param {(bytes: Buffer) => number} take is shown what has come, and says how much of it is dealt with; the rest is
 * shown again with what comes next. The bytes are not to be kept.
 * @param {(error?: Error) => void} onClosed
 * @param {string} [from] the address of this end, of those that this machine has
 * @returns {import('node:net').Socket} what is written to it before it is connected waits
 */
export function openConnection(port, take, onClosed, from) {
  let rest = null;
  const read = (length) => {
    const news = READ_BUFFER.subarray(0, length);
    const bytes = rest === null ? news : Buffer.concat([rest, news]);
    const taken = take(bytes);
    rest = taken < bytes.length ? Buffer.from(bytes.subarray(taken)) : null;
    return true;
  };
  const onread = { buffer: READ_BUFFER, callback: read };
  const socket = connect({ host: '127.0.0.1', port, localAddress: from, noDelay: true, onread });
  let failure;
  socket.on('error', (error) => (failure = error));
  socket.on('close', () => onClosed(failure));
  return socket;
}
