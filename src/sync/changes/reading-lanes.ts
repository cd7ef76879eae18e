import type { Actor } from '../../common/actor';
import { GroupCommit } from '../../common/group-commit';
import { isOutage } from '../../database';

/** As many statements of a kind at once. Somebody whose reading takes long delays those of their lane alone. */
const LANES = 3;
/** Whose pages one statement reads: a few milliseconds of Postgres, a few megabytes here at the very most. */
const PEOPLE_AT_ONCE = 16;
/** As long as one would wait for a connection of the pool. */
const PATIENCE_MS = 2_400;

/** What is asked for by somebody. */
interface Query {
  readonly reader: Actor;
}

/**
 * Reads for those together who ask while others are being read for: where thousands come back at once, a statement for
 * each would cost Postgres more to begin than to answer. Whoever asks alone waits for nobody.
 */
export class ReadingLanes<Asked extends Query, Found> {
  private readonly lanes: readonly GroupCommit<Asked, Found>[];

  /** @param read one statement for all of them; what it found, in their order. */
  constructor(read: (queries: readonly Asked[]) => Promise<readonly Found[]>) {
    this.lanes = Array.from(
      { length: LANES },
      // A row that can not be read at all is the matter of its reader only.
      () =>
        new GroupCommit(read, (error) => !isOutage(error), {
          size: PEOPLE_AT_ONCE,
          // Nobody waits who is not answered, or told, and of these there are not endlessly many.
          waiting: Infinity,
          patienceMs: PATIENCE_MS,
        }),
    );
  }

  /** @throws DependencyUnavailable */
  read(asked: Asked): Promise<Found> {
    const lane = this.lanes[parseInt(asked.reader.userId.slice(-4), 16) % LANES];
    if (lane === undefined) throw new Error('there is no such lane');
    return lane.add(asked);
  }
}
