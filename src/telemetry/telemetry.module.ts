import { Global, Module } from '@nestjs/common';
import { TelemetryConfig } from '../config';
import { StructuredLogger } from './structured-logger';

@Global()
@Module({
  providers: [
    {
      provide: StructuredLogger,
      inject: [TelemetryConfig],
      useFactory: (config: TelemetryConfig) => new StructuredLogger(config),
    },
  ],
  exports: [StructuredLogger],
})
export class TelemetryModule {}
