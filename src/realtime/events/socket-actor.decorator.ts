import { createParamDecorator, type ExecutionContext } from '@nestjs/common';
import type { Actor } from '../../common/actor';
import type { ChatSocket } from '../socket-contract';

/** The `Actor` whose token the socket was opened with. */
export const SocketActor = createParamDecorator(
  (_data: unknown, context: ExecutionContext): Actor =>
    context.switchToWs().getClient<ChatSocket>().data.actor,
);
