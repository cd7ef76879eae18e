import { Logger } from '@nestjs/common';

const logger = new Logger('Unattended');

/** `work` that nobody waits for, as that of a timer: what it throws is logged, where it would end the process. */
export function unattended(what: string, work: () => void): () => void {
  return () => {
    try {
      work();
    } catch (err) {
      logger.error({ msg: 'unattended work failed', what, err });
    }
  };
}
