import { Global, Module } from '@nestjs/common';
import { TelemetryConfig } from '../config';
import { MetricsServer } from './metrics/metrics-server';
import { ProcessMetrics } from './metrics/process-metrics';
import { RecordingModule } from './recording.module';
import { StructuredLogger } from './structured-logger';

@Global()
@Module({
  imports: [RecordingModule],
  providers: [
    {
      provide: StructuredLogger,
      inject: [TelemetryConfig],
      useFactory: (config: TelemetryConfig) => new StructuredLogger(config),
    },
    ProcessMetrics,
    MetricsServer,
  ],
  exports: [StructuredLogger],
})
export class TelemetryModule {}
