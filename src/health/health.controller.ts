import { Controller, Get, HttpStatus, Res } from '@nestjs/common';
import { ApiOkResponse, ApiServiceUnavailableResponse, ApiTags } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import { Public } from '../auth';
import { VERSION } from '../common/version';
import { type HealthReport, HealthService, type Verdict } from './health.service';

@ApiTags('operations')
@Public()
@Controller('health')
export class HealthController {
  constructor(private readonly health: HealthService) {}

  /** The process runs and its loop turns. Depends on nothing, so that an outage elsewhere restarts nobody. */
  @Get('live')
  @ApiOkResponse({ description: '`{status: "ok"}`' })
  live(): { status: 'ok' } {
    return { status: 'ok' };
  }

  /** Whether to send work here: not without Postgres, and not while stopping. */
  @Get('ready')
  @ApiOkResponse({ description: '`ok`, or `degraded` without Redis or upstream' })
  @ApiServiceUnavailableResponse({ description: '`unavailable`' })
  async ready(@Res({ passthrough: true }) reply: FastifyReply): Promise<{ status: Verdict }> {
    const { status } = await this.health.report();
    if (status === 'unavailable')
      void reply.status(HttpStatus.SERVICE_UNAVAILABLE).header('retry-after', '1');
    return { status };
  }

  /** The same, part by part. */
  @Get()
  @ApiOkResponse({ description: 'status, checks, version, uptimeSeconds' })
  @ApiServiceUnavailableResponse({ description: '`unavailable`' })
  async report(
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<HealthReport & { version: string; uptimeSeconds: number }> {
    const report = await this.health.report();
    if (report.status === 'unavailable')
      void reply.status(HttpStatus.SERVICE_UNAVAILABLE).header('retry-after', '1');
    return { ...report, version: VERSION, uptimeSeconds: Math.floor(process.uptime()) };
  }
}
