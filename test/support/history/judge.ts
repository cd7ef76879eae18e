import type { FinalState } from './final-state';
import { bounds, type Caps } from './invariants/bounds';
import { caughtUp } from './invariants/caught-up';
import { counts } from './invariants/counts';
import { eventsLeave } from './invariants/events-leave';
import { all, type Invariant, type Observed } from './invariants/invariant';
import { liveOrder } from './invariants/live-order';
import { membersOnly } from './invariants/members-only';
import { nothingLost } from './invariants/nothing-lost';
import { nothingTwice } from './invariants/nothing-twice';
import { oneOrder } from './invariants/one-order';
import { promptAnswers } from './invariants/prompt-answers';
import { recovery } from './invariants/recovery';
import { toldCounts } from './invariants/told-counts';

/** Of each kind; what is wrong a thousand times is told well enough by some. */
const MOST_TOLD = 10;

/** What a node stays below, though it serves many. */
export const USUAL_CAPS: Caps = { rssMib: 400, openFiles: 600, postgresConnections: 24 };

/** Nothing of this may ever be broken. @returns what was, each with its number: `I1 …`. */
export function judge(seen: Observed, end: FinalState, caps: Caps = USUAL_CAPS): string[] {
  const invariants: Record<string, Invariant> = {
    I1: nothingLost,
    I2: nothingTwice,
    I3: oneOrder,
    I4: all(liveOrder, caughtUp),
    I5: all(counts, toldCounts),
    I6: membersOnly,
    I7: eventsLeave,
    I8: bounds(caps),
    I9: promptAnswers,
    I10: recovery,
  };
  return Object.entries(invariants).flatMap(([number, invariant]) =>
    invariant(seen, end)
      .slice(0, MOST_TOLD)
      .map((fault) => `${number} ${fault}`),
  );
}
