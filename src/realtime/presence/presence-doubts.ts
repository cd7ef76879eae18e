import { Injectable, type OnModuleInit } from '@nestjs/common';
import type { Actor } from '../../common/actor';
import { PresenceNews } from '../../presence';
import { RedisChannels } from '../../redis';
import { VisibilityAnnouncer } from '../../users';
import type { Delivery } from '../fanout/delivery';
import { DeliveryNotices } from '../fanout/delivery-notices';
import { LocalSockets } from '../fanout/local-sockets';
import { PresenceSubscriptions } from './presence-subscriptions';
import { PresenceWatch } from './presence-watch';

/** Notices when people may see each other who could not before, or can not any more. */
@Injectable()
export class PresenceDoubts implements OnModuleInit {
  constructor(
    private readonly watch: PresenceWatch,
    private readonly subscriptions: PresenceSubscriptions,
    private readonly sockets: LocalSockets,
    private readonly notices: DeliveryNotices,
    private readonly visibility: VisibilityAnnouncer,
    private readonly news: PresenceNews,
    private readonly channels: RedisChannels,
  ) {}

  onModuleInit(): void {
    this.notices.listen((delivery) => this.notice(delivery));
    this.visibility.listen(({ person }) => this.news.say('changed', person));
    this.news.listen((kind, person) => {
      if (kind === 'changed') this.doubt(person);
    });
    // What was said while nobody listened here is not known.
    this.channels.onSubscribed(() => this.doubtEverybody());
  }

  /** Of whom, and by whom: a change concerns both. */
  private doubt(person: Actor): void {
    const followed = this.subscriptions.find(person);
    for (const socket of followed?.followers.keys() ?? [])
      if (followed !== undefined) this.watch.doubt(followed, socket);
    for (const socket of this.sockets.of(person))
      for (const other of this.subscriptions.of(socket)) this.watch.doubt(other, socket);
  }

  private doubtEverybody(): void {
    for (const followed of this.subscriptions.all())
      for (const socket of followed.followers.keys()) this.watch.doubt(followed, socket);
  }

  /** Whoever is in a conversation together may see each other. */
  private notice({ tenantId, audience, packet }: Delivery): void {
    if (packet?.event === 'conversation_created')
      for (const userId of audience) this.doubt({ tenantId, userId });
    if (packet?.event !== 'participant_added' && packet?.event !== 'participant_removed') return;
    const { userId } = packet.payload as { userId?: unknown };
    if (typeof userId === 'string') this.doubt({ tenantId, userId });
  }
}
