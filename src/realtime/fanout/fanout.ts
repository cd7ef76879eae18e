import { Injectable, type OnModuleInit } from '@nestjs/common';
import { type Announcement, EventAnnouncer } from '../../outbox';
import { FramePublisher } from '../frames/frame-publisher';
import { ConversationSequencer } from './conversation-sequencer';
import { deliveryOf } from './delivery';

/** From a commit of this process to the sockets here, and to the other nodes for theirs. */
@Injectable()
export class Fanout implements OnModuleInit {
  constructor(
    private readonly announcer: EventAnnouncer,
    private readonly sequencer: ConversationSequencer,
    private readonly frames: FramePublisher,
  ) {}

  onModuleInit(): void {
    this.announcer.listen((announcements, again) => this.tell(announcements, again));
  }

  /** Returns at once: the sender's answer comes after it, and Redis may take its time or be away. */
  private tell(announcements: readonly Announcement[], again: boolean): void {
    const all = announcements.map(deliveryOf);
    // Frames reach all nodes or are missed by one that will notice: what was heard here need not be said again.
    const deliveries = again ? all.filter((delivery) => !this.sequencer.hasHeard(delivery)) : all;
    for (const delivery of deliveries) this.sequencer.accept(delivery);
    this.frames.publish(deliveries);
  }
}
