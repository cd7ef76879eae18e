import { applyDecorators, Catch, type ExceptionFilter, UseFilters, UsePipes } from '@nestjs/common';
import { WebSocketGateway } from '@nestjs/websockets';
import { ShapePipe } from '../../common/validation';

/**
 * Nest would answer an error by an `exception` event and leave the acknowledgement waiting for ever.
 * Thrown on, it reaches `SocketEvents`, which answers for all gateways.
 */
@Catch()
class ThrowOn implements ExceptionFilter {
  catch(error: unknown): never {
    throw error;
  }
}

/** A gateway of the one Socket.IO server. Global pipes and filters do not reach gateways, so it brings its own. */
export function ChatGateway(): ClassDecorator {
  return applyDecorators(WebSocketGateway(), UsePipes(ShapePipe), UseFilters(ThrowOn));
}
