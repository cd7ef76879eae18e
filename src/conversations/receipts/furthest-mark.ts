/** Marks that wait for the one before them: the furthest of them is written for all. */
interface Next<Result> {
  seq: number;
  readonly written: Promise<Result>;
}

/**
 * A device that says of every message that it has arrived says so a hundred times in a second. While a mark is being
 * written the others for the same place wait, and of those that waited only the furthest is written: marks never go
 * back, so it stands for all, and each is answered with what was committed.
 */
export class FurthestMark<Result> {
  private readonly underway = new Map<string, Promise<unknown>>();
  private readonly waiting = new Map<string, Next<Result>>();

  /**
   * @param place whose mark it is, and where.
   * @param write commits a mark up to there.
   * @throws what `write` throws
   */
  move(place: string, seq: number, write: (seq: number) => Promise<Result>): Promise<Result> {
    const next = this.waiting.get(place);
    if (next !== undefined) {
      next.seq = Math.max(next.seq, seq);
      return next.written;
    }
    const before = this.underway.get(place);
    return before === undefined ? this.begin(place, write(seq)) : this.waitFor(before, place, seq, write);
  }

  private waitFor(
    before: Promise<unknown>,
    place: string,
    seq: number,
    write: (seq: number) => Promise<Result>,
  ): Promise<Result> {
    const ended = before.catch(() => undefined);
    const next: Next<Result> = {
      seq,
      written: ended.then(() => {
        this.waiting.delete(place);
        return this.begin(place, write(next.seq));
      }),
    };
    this.waiting.set(place, next);
    return next.written;
  }

  private begin(place: string, writing: Promise<Result>): Promise<Result> {
    this.underway.set(place, writing);
    const end = (): void => {
      if (this.underway.get(place) === writing) this.underway.delete(place);
    };
    writing.then(end, end);
    return writing;
  }
}
