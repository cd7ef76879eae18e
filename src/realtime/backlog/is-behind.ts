import type { ChatSocket } from '../socket-contract';

/** Packets that wait to be written. Far fewer than it takes to cut a client that does not read. */
const MOST_WAITING = 100;

/** Whether this client reads so slowly that what is over in a moment is better not sent to it. */
export function isBehind({ conn }: ChatSocket): boolean {
  const { writeBuffer } = conn as unknown as { readonly writeBuffer: readonly unknown[] };
  return writeBuffer.length > MOST_WAITING;
}
