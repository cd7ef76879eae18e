import type { ChatSocket } from '../socket-contract';
import { Backlog } from './backlog';

/** Whether this client reads so slowly that what is over in a moment is better not sent to it. */
export function isBehind({ conn }: ChatSocket): boolean {
  return Backlog.of(conn)?.isBehind ?? false;
}
