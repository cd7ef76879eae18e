const WINDOW_MS = 1_000;

/** So many lines a second, however much there is to say. */
export class LineAllowance {
  private windowEnds = -Infinity;
  private written = 0;
  private leftOut = 0;

  constructor(private readonly linesPerSecond: number) {}

  /**
   * @param now in milliseconds, by a clock that does not jump.
   * @returns how many were left out since the last line; undefined when this one is to be left out as well.
   */
  take(now: number): number | undefined {
    if (now >= this.windowEnds) {
      this.windowEnds = now + WINDOW_MS;
      this.written = 0;
    }
    if (this.written >= this.linesPerSecond) {
      this.leftOut++;
      return undefined;
    }
    this.written++;
    const { leftOut } = this;
    this.leftOut = 0;
    return leftOut;
  }
}
