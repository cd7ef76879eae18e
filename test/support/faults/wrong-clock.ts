import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const SCRIPT = join(__dirname, 'wrong-clock-preload.cjs');

/** The clock of a process, which can be set wrong while it runs. */
export class WrongClock {
  private readonly folder = mkdtempSync(join(tmpdir(), 'wrong-clock-'));
  private readonly file = join(this.folder, 'offset');

  constructor(offsetMs = 0) {
    this.jumpTo(offsetMs);
  }

  /** What a process is to be started with. */
  get environment(): Record<string, string> {
    return { NODE_OPTIONS: `--require ${SCRIPT}`, CLOCK_OFFSET_FILE: this.file };
  }

  /** From now on it is wrong by this much. The process notices within some hundredths of a second. */
  jumpTo(offsetMs: number): void {
    writeFileSync(this.file, String(offsetMs));
  }

  remove(): void {
    rmSync(this.folder, { recursive: true });
  }
}
