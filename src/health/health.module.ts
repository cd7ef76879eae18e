import { type DynamicModule, Module } from '@nestjs/common';
import type { TelemetryConfig } from '../config';
import { MessagesModule } from '../messages';
import { ProfileModule } from '../profile';
import { RedisModule } from '../redis';
import { RecordingModule } from '../telemetry';
import { DependencyMetrics } from './dependency.metrics';
import { HealthController } from './health.controller';
import { HealthService } from './health.service';
import { MetricsController } from './metrics.controller';

@Module({
  imports: [MessagesModule, ProfileModule, RecordingModule, RedisModule],
  controllers: [HealthController],
  providers: [HealthService, DependencyMetrics],
})
export class HealthModule {
  /** Where metrics have a port of their own, or nobody may see them, there is no route to them. */
  static with({ metricsPort, production }: TelemetryConfig): DynamicModule {
    const metricsHere = metricsPort === null && !production;
    return { module: HealthModule, controllers: metricsHere ? [MetricsController] : [] };
  }
}
