import { Module } from '@nestjs/common';
import { AccessLog } from './access-log';
import { Metrics } from './metrics/metrics';
import { SecurityEvents } from './security/security-events';

/** What modules record with. It asks for no configuration, so each can bring it along wherever it is used. */
@Module({
  providers: [Metrics, SecurityEvents, AccessLog],
  exports: [Metrics, SecurityEvents, AccessLog],
})
export class RecordingModule {}
