import { Controller, Get, Query, Req, Res } from '@nestjs/common';
import { ApiBearerAuth, ApiHeader, ApiOkResponse, ApiProduces, ApiTags } from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { CurrentActor } from '../../auth';
import type { Actor } from '../../common/actor';
import { ApiProblems } from '../../common/problem';
import { RealtimeConfig } from '../../config';
import { SyncService } from '../../sync';
import { OriginRefused } from '../door/door.errors';
import { isWelcome } from '../door/origin.rules';
import { LiveStreams, STREAM_HEADERS } from './live-streams';
import { StreamQuery } from './stream-query.dto';

/** The door to live events for clients that can not use a socket. */
@ApiTags('live')
@ApiBearerAuth()
@Controller('v1/stream')
export class StreamController {
  constructor(
    private readonly streams: LiveStreams,
    private readonly sync: SyncService,
    private readonly config: RealtimeConfig,
  ) {}

  /**
   * What a socket hears, as server-sent events. First comes what was missed, then `ready`, whose `id` a client sends
   * as `Last-Event-ID` when it comes back. The stream ends with its token; there is no end otherwise.
   */
  @Get()
  @ApiHeader({
    name: 'Last-Event-ID',
    required: false,
    description: 'Takes the place of `since`',
    schema: { type: 'string' },
  })
  @ApiProduces('text/event-stream')
  @ApiOkResponse({ type: String, description: 'The frames of docs/asyncapi.yaml, each an event of its name' })
  @ApiProblems(400, 401, 403, 429, 503)
  async open(
    @CurrentActor() actor: Actor,
    @Query() query: StreamQuery,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    if (!isWelcome(request.headers.origin, this.config.corsOrigins)) throw new OriginRefused();
    // Who asks what there is wants no stream, which would have no end.
    if (request.method === 'HEAD') return void reply.headers(STREAM_HEADERS).send();
    // A browser that comes back asks with the address it began with, and knows better by then.
    const since = lastEventIdOf(request) ?? query.since;
    if (since !== undefined) await this.sync.recognise(actor, since);
    await this.streams.open(reply, { since });
  }
}

/** What browsers send by themselves when they come back; nothing where they have heard none. */
function lastEventIdOf({ headers }: FastifyRequest): string | undefined {
  const id = headers['last-event-id'];
  return typeof id === 'string' && id !== '' ? id : undefined;
}
