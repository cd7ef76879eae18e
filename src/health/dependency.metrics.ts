import { Injectable } from '@nestjs/common';
import { Metrics } from '../telemetry';
import { HealthService } from './health.service';

/** The checks of `/health`, for who watches by figures. They answer within a second, and remember. */
@Injectable()
export class DependencyMetrics {
  constructor(metrics: Metrics, health: HealthService) {
    metrics.gauges(
      { name: 'chat_dependency_up', help: 'Whether what the service leans on is there: 1 or 0.' },
      'dependency',
      async () => {
        const { postgres, redis, upstream, partitions } = (await health.report()).checks;
        const figure = (check: 'up' | 'down'): number => (check === 'up' ? 1 : 0);
        return {
          postgres: figure(postgres),
          redis: figure(redis),
          upstream: figure(upstream),
          partitions: figure(partitions),
        };
      },
    );
  }
}
