import { Controller, Get, HttpStatus, Res } from '@nestjs/common';
import { ApiOkResponse, ApiServiceUnavailableResponse, ApiTags } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import { Public } from '../auth';
import { VERSION } from '../common/version';
import { HealthDto, LivenessDto, ReadinessDto } from './health.dto';
import { HealthService } from './health.service';

@ApiTags('operations')
@Public()
@Controller('health')
export class HealthController {
  constructor(private readonly health: HealthService) {}

  /** The process runs and its loop turns. Depends on nothing, so that an outage elsewhere restarts nobody. */
  @Get('live')
  @ApiOkResponse({ type: LivenessDto })
  live(): LivenessDto {
    return { status: 'ok' };
  }

  /** Whether to send work here: not without Postgres, and not while stopping. */
  @Get('ready')
  @ApiOkResponse({ type: ReadinessDto })
  @ApiServiceUnavailableResponse({ type: ReadinessDto })
  async ready(@Res({ passthrough: true }) reply: FastifyReply): Promise<ReadinessDto> {
    const { status } = await this.health.report();
    if (status === 'unavailable')
      void reply.status(HttpStatus.SERVICE_UNAVAILABLE).header('retry-after', '1');
    return { status };
  }

  /** The same, part by part. */
  @Get()
  @ApiOkResponse({ type: HealthDto })
  @ApiServiceUnavailableResponse({ type: HealthDto })
  async report(@Res({ passthrough: true }) reply: FastifyReply): Promise<HealthDto> {
    const report = await this.health.report();
    if (report.status === 'unavailable')
      void reply.status(HttpStatus.SERVICE_UNAVAILABLE).header('retry-after', '1');
    return { ...report, version: VERSION, uptimeSeconds: Math.floor(process.uptime()) };
  }
}
