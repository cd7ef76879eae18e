import { Logger } from '@nestjs/common';
import { StructuredLogger } from '../../src/telemetry';

export type LogLine = Readonly<Record<string, unknown>>;

/** From now on all lines of this process, as they would be written: to be called after its nodes have started. */
export class CapturedLog {
  /** Everything that was written. */
  text = '';

  constructor(logLevel: 'info' | 'trace' = 'info') {
    const config = { logLevel, metricsPort: null, production: false };
    Logger.overrideLogger(
      new StructuredLogger(config, { write: (line: string) => void (this.text += line) }),
    );
  }

  /** The lines with these fields, in order. */
  lines(fields: LogLine = {}): LogLine[] {
    const lines = this.text.split('\n').filter((line) => line !== '');
    return lines
      .map((line) => JSON.parse(line) as LogLine)
      .filter((line) => Object.entries(fields).every(([name, value]) => line[name] === value));
  }

  forget(): void {
    this.text = '';
  }
}
