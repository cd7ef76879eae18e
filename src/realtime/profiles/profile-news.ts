import { Injectable, Logger, type OnModuleInit } from '@nestjs/common';
import { type Profile, ProfilesService } from '../../profile';
import { RedisChannels, RedisConnections } from '../../redis';
import { LocalSockets } from '../fanout/local-sockets';
import { FrameChannels } from '../frames/frame-channels';
import { ProfileAudienceRepository, type ProfileKind } from './profile-audience.repository';
import { decodeProfileFrame, type ProfileFrame } from './profile-frame';

/**
 * Tells those who see a profile that it has changed, at every node: who they are each asks when it tells them, so that
 * nobody hears of it who was removed while it was on its way. It is a hint: who misses it sees the new one with the next
 * page they ask for.
 */
@Injectable()
export class ProfileNews implements OnModuleInit {
  private readonly logger = new Logger(ProfileNews.name);
  private readonly channel: string;

  constructor(
    private readonly profiles: ProfilesService,
    private readonly audience: ProfileAudienceRepository,
    private readonly sockets: LocalSockets,
    private readonly channels: RedisChannels,
    private readonly names: FrameChannels,
    connections: RedisConnections,
  ) {
    this.channel = connections.key('profile-news');
  }

  onModuleInit(): void {
    this.channels.listen(this.channel, (_channel, text) => {
      const frame = decodeProfileFrame(text);
      if (frame === undefined || frame.node === this.names.node) return;
      this.deliver(frame).catch((err: unknown) => this.regret(err));
    });
  }

  /** Returns at once: upstream is asked, and they are told what it says. */
  ofUser(tenantId: string, userId: string): void {
    this.tell(tenantId, 'user', this.profileOfUser(userId));
  }

  ofBusiness(tenantId: string, businessId: string): void {
    this.tell(tenantId, 'business', this.profileOfBusiness(businessId));
  }

  private tell(tenantId: string, kind: ProfileKind, asking: Promise<Profile>): void {
    asking
      .then((profile) => {
        // Nobody can say what it is now. With the next page that can, they see it.
        if (profile.stale) return;
        const frame = { node: this.names.node, tenantId, kind, profile };
        const publishing = this.channels.publish(this.channel, JSON.stringify(frame));
        return Promise.all([this.deliver(frame), publishing]);
      })
      .catch((err: unknown) => this.regret(err));
  }

  private regret(err: unknown): void {
    this.logger.warn({ msg: 'not everybody was told of a new profile', err });
  }

  /** @throws DependencyUnavailable */
  private async deliver({ tenantId, kind, profile }: ProfileFrame): Promise<void> {
    if (this.sockets.isEmpty) return;
    for (const userId of await this.audience.of(kind, tenantId, profile.id))
      for (const socket of this.sockets.of({ tenantId, userId })) socket.emit('profile_updated', { profile });
  }

  private async profileOfUser(id: string): Promise<Profile> {
    return (await this.profiles.profilesFor({ users: new Set([id]), businesses: new Set() })).user(id);
  }

  private async profileOfBusiness(id: string): Promise<Profile> {
    return (await this.profiles.profilesFor({ users: new Set(), businesses: new Set([id]) })).business(id);
  }
}
