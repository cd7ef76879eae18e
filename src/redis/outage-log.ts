import type { Logger } from '@nestjs/common';

/** One line when a link is lost and one when it is back, however often it is tried in between. */
export class OutageLog {
  private away = false;

  constructor(
    private readonly logger: Pick<Logger, 'warn' | 'log'>,
    private readonly link: string,
  ) {}

  lost(error?: Error): void {
    if (this.away) return;
    this.away = true;
    this.logger.warn({ msg: 'Redis is away', link: this.link, reason: reasonOf(error) });
  }

  found(): void {
    if (!this.away) return;
    this.away = false;
    this.logger.log({ msg: 'Redis is back', link: this.link });
  }
}

/** Never the error itself: ioredis puts the command on it, and that of a failed login holds the password. */
function reasonOf(error: Error | undefined): string {
  if (error === undefined) return 'the connection was closed';
  const { code } = error as NodeJS.ErrnoException;
  return code ?? error.message;
}
