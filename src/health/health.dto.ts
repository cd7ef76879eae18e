import { ApiProperty } from '@nestjs/swagger';
import type { CheckResult, HealthReport, Verdict } from './health.service';

const VERDICTS: Verdict[] = ['ok', 'degraded', 'unavailable'];
const CHECK_RESULTS: CheckResult[] = ['up', 'down'];

export class LivenessDto {
  @ApiProperty({ enum: ['ok'] })
  status: 'ok';
}

export class ReadinessDto {
  @ApiProperty({ enum: VERDICTS, description: '`degraded` without Redis or upstream' })
  status: Verdict;
}

class ChecksDto {
  @ApiProperty({ enum: CHECK_RESULTS })
  postgres: CheckResult;

  @ApiProperty({ enum: CHECK_RESULTS })
  redis: CheckResult;

  @ApiProperty({ enum: CHECK_RESULTS })
  upstream: CheckResult;

  @ApiProperty({ enum: CHECK_RESULTS, description: 'Whether there is room for the messages of days to come' })
  partitions: CheckResult;
}

export class HealthDto extends ReadinessDto implements HealthReport {
  @ApiProperty({ type: () => ChecksDto })
  checks: ChecksDto;

  @ApiProperty()
  version: string;

  @ApiProperty({ type: 'integer' })
  uptimeSeconds: number;
}
