import { parseArgs } from 'node:util';
import { isUuid } from '../../common/uuid';
import { isTime } from '../../common/validation';

/** Which events are to be published again. */
export interface ReplayRequest {
  readonly from: Date;
  /** Not included. */
  readonly to: Date;
  /** Undefined: of all conversations. */
  readonly conversationId: string | undefined;
}

/** What was asked for makes no sense. The message is one line for whoever asked. */
export class ReplayRefused extends Error {
  override readonly name = 'ReplayRefused';
}

const HOUR_MS = 3_600_000;
const TIME_EXPECTED = 'must be a time such as 2026-06-01T12:00:00Z';

/**
 * What the arguments of a command line ask for, as far as it is there: events of the last `keepHours` before `now`.
 *
 * @throws ReplayRefused
 */
export function readReplayRequest(args: readonly string[], now: Date, keepHours: number): ReplayRequest {
  const { from, to, conversation } = optionsIn(args);
  if (from === undefined) throw new ReplayRefused(`--from is missing and ${TIME_EXPECTED}`);
  if (conversation !== undefined && !isUuid(conversation))
    throw new ReplayRefused('--conversation must be a UUID');
  const [first, end] = [timeOf('--from', from), to === undefined ? now : timeOf('--to', to)];
  const oldest = new Date(now.getTime() - keepHours * HOUR_MS);
  if (first >= now) throw new ReplayRefused('--from must lie in the past');
  if (end <= first) throw new ReplayRefused('--to must be later than --from');
  if (end <= oldest)
    throw new ReplayRefused(`nothing is kept of that time: events are kept for ${keepHours} hours`);
  return { from: latest(first, oldest), to: earliest(end, now), conversationId: conversation };
}

function optionsIn(args: readonly string[]): { from?: string; to?: string; conversation?: string } {
  const options = {
    from: { type: 'string' },
    to: { type: 'string' },
    conversation: { type: 'string' },
  } as const;
  try {
    return parseArgs({ args: [...args], options }).values;
  } catch (error) {
    const [line = ''] = (error as Error).message.split('\n');
    throw new ReplayRefused(line);
  }
}

function timeOf(name: string, text: string): Date {
  if (!isTime(text)) throw new ReplayRefused(`${name} ${TIME_EXPECTED}`);
  return new Date(text);
}

function latest(one: Date, other: Date): Date {
  return one > other ? one : other;
}

function earliest(one: Date, other: Date): Date {
  return one < other ? one : other;
}
