import { Logger } from '@nestjs/common';
import { Background, type BackgroundTask } from '../../common/background';
import { Database } from '../../database';
import { MessagePartitions } from './message-partitions.repository';

/** Keeps a month's partition ready before its month begins. Cheap when there is nothing to do. */
@Background()
export class PartitionKeeper implements BackgroundTask {
  readonly name = 'message partitions';
  readonly intervalMs = 10 * 60_000;
  private readonly logger = new Logger(PartitionKeeper.name);

  constructor(
    private readonly database: Database,
    private readonly partitions: MessagePartitions,
  ) {}

  async run(): Promise<void> {
    const made = await this.partitions.ensure(this.database);
    if (made > 0) this.logger.log({ msg: 'made partitions for messages', made });
  }
}
