import { Controller, Get, Res } from '@nestjs/common';
import { ApiOkResponse, ApiProduces, ApiTags } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import { Public } from '../auth';
import { Metrics } from '../telemetry';

/** Only where nobody but developers can come: in production, metrics have a port of their own or are not served. */
@ApiTags('operations')
@Public()
@Controller('metrics')
export class MetricsController {
  constructor(private readonly metrics: Metrics) {}

  /** Figures of this node, for Prometheus. */
  @Get()
  @ApiProduces('text/plain')
  @ApiOkResponse({ type: String, description: 'In the exposition format of Prometheus' })
  read(@Res({ passthrough: true }) reply: FastifyReply): Promise<string> {
    void reply.type(this.metrics.contentType).header('cache-control', 'no-store');
    return this.metrics.text();
  }
}
