import { Body, Controller, HttpCode, HttpStatus, Post } from '@nestjs/common';
import { ApiAcceptedResponse, ApiBody, ApiTags } from '@nestjs/swagger';
import { CurrentService, type ServiceCaller, ServiceOnly } from '../../auth';
import { ApiProblems } from '../../common/problem';
import { InternalEventDto } from './internal-event.dto';
import { InternalEvents } from './internal-events';

@ApiTags('internal')
@ServiceOnly()
@Controller('v1/internal/events')
export class InternalEventsController {
  constructor(private readonly events: InternalEvents) {}

  /** What happened elsewhere and matters here. Takes a service token. */
  @Post()
  @HttpCode(HttpStatus.ACCEPTED)
  @ApiBody({ type: InternalEventDto })
  @ApiAcceptedResponse({
    description: 'Every node acts on it: on revoked sessions, which are stored, within a second',
  })
  @ApiProblems(400, 401, 413, 415, 429, 503)
  take(@CurrentService() { tenantId }: ServiceCaller, @Body() event: unknown): Promise<void> {
    return this.events.take(tenantId, event);
  }
}
