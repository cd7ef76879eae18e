/** In beats. One may be late; two in a row mean that nothing comes through. */
const MUTE_AFTER = 2;

/** Counts what was said against what came back. Knows no clock: the times are given to it. */
export class Heartbeat {
  private said = 0;
  private heardUpTo = 0;
  private unanswered = 0;
  private lastLook?: number;
  private proven = false;

  constructor(private readonly intervalMs: number) {}

  /** Whether the last beat that had its time to come back did. */
  get heard(): boolean {
    return this.proven;
  }

  /** The beat to say now. */
  next(): number {
    this.said++;
    return this.said;
  }

  hear(beat: number): void {
    if (!Number.isSafeInteger(beat) || beat <= this.heardUpTo || beat > this.said) return;
    this.heardUpTo = beat;
    if (beat === this.said) {
      this.proven = true;
      this.unanswered = 0;
    }
  }

  /** To be called once in an interval, before the next beat. True when it is time to give this connection up. */
  isMute(now: number): boolean {
    const overslept = this.lastLook !== undefined && now - this.lastLook > 2 * this.intervalMs;
    this.lastLook = now;
    // Had this process stood still, the answer would be here and not read yet. That says nothing about Redis.
    if (overslept || this.heardUpTo === this.said) return false;
    this.proven = false;
    this.unanswered++;
    return this.unanswered >= MUTE_AFTER;
  }

  /** The connection is a new one: what the old one owed is forgotten, what it proved too. */
  restart(): void {
    this.heardUpTo = this.said;
    this.unanswered = 0;
    this.proven = false;
  }
}
