import { Logger } from '@nestjs/common';
import { ConnectedSocket, MessageBody, type OnGatewayConnection, SubscribeMessage } from '@nestjs/websockets';
import { OwnPresence, type PresenceDto, PresenceService } from '../../presence';
import { ValidationFailed } from '../../common/problem';
import { ChatGateway } from '../events/chat-gateway.decorator';
import type { ChatSocket } from '../socket-contract';
import { PresenceEventDto } from './presence-event.dto';
import { MOST_FOLLOWED, PresenceSubscriptions } from './presence-subscriptions';
import { PresenceWatch } from './presence-watch';

/** Who is online by their sockets here, and who of them follows whom. */
@ChatGateway()
export class PresenceGateway implements OnGatewayConnection<ChatSocket> {
  private readonly logger = new Logger(PresenceGateway.name);

  constructor(
    private readonly own: OwnPresence,
    private readonly presence: PresenceService,
    private readonly subscriptions: PresenceSubscriptions,
    private readonly watch: PresenceWatch,
  ) {}

  /** Nest calls this outside of its filters: what it threw would end the process. */
  handleConnection(socket: ChatSocket): void {
    // Its token may have been found revoked at this very moment.
    if (!socket.connected) return;
    const { actor } = socket.data;
    this.guarded(() => this.own.enter(actor));
    socket.once('disconnect', () =>
      this.guarded(() => {
        this.own.leave(actor);
        this.subscriptions.removeAll(socket);
      }),
    );
  }

  @SubscribeMessage('subscribe_presence')
  async subscribe(
    @ConnectedSocket() socket: ChatSocket,
    @MessageBody() question: PresenceEventDto,
  ): Promise<PresenceDto> {
    const { actor } = socket.data;
    const seen = await this.presence.seen(actor, question.userIds);
    this.mustHaveRoom(socket, question.userIds);
    for (const userId of question.userIds) this.follow(socket, userId, seen.get(userId)?.status ?? 'hidden');
    return this.presence.answer(question, seen);
  }

  @SubscribeMessage('unsubscribe_presence')
  async unsubscribe(
    @ConnectedSocket() socket: ChatSocket,
    @MessageBody() question: PresenceEventDto,
  ): Promise<PresenceDto> {
    const { actor } = socket.data;
    for (const userId of question.userIds)
      this.subscriptions.remove(socket, { tenantId: actor.tenantId, userId });
    return this.presence.states(actor, question);
  }

  private follow(socket: ChatSocket, userId: string, shown: 'online' | 'offline' | 'hidden'): void {
    // Gone while Postgres was asked: nobody would ever take it away again.
    if (!socket.connected) return;
    const person = { tenantId: socket.data.actor.tenantId, userId };
    const followed = this.subscriptions.add(socket, person, shown, performance.now());
    // What changed while it was asked was told to nobody here yet, neither of them nor of who may see them.
    this.watch.look(followed);
    this.watch.doubt(followed, socket);
  }

  private mustHaveRoom(socket: ChatSocket, userIds: readonly string[]): void {
    const { tenantId } = socket.data.actor;
    const people = [...new Set(userIds)].map((userId) => ({ tenantId, userId }));
    if (this.subscriptions.countWith(socket, people) > MOST_FOLLOWED)
      throw ValidationFailed.of('userIds', `at most ${MOST_FOLLOWED} people can be followed by one socket`);
  }

  private guarded(work: () => void): void {
    try {
      work();
    } catch (err) {
      this.logger.error({ msg: 'the presence of a socket could not be kept', err });
    }
  }
}
