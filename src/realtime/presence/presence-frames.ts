import { Injectable } from '@nestjs/common';
import { type Look, toUserPresenceDto, VisiblePresence } from '../../presence';
import { isBehind } from '../backlog/is-behind';
import type { ChatSocket } from '../socket-contract';
import type { Followed } from './presence-subscriptions';

/** Somebody, and one of those who follow them. */
export type FollowerOf = readonly [followed: Followed, socket: ChatSocket];

/** Tells followers what has changed for them. Whether they may know is asked each time, of Postgres. */
@Injectable()
export class PresenceFrames {
  constructor(private readonly visible: VisiblePresence) {}

  /**
   * Brings what these show to what they may see.
   *
   * @throws DependencyUnavailable; then nobody is told anything.
   */
  async settle(followers: readonly FollowerOf[]): Promise<void> {
    const looks = followers.map(([{ person }, socket]): Look => {
      const { tenantId, userId: personId } = person;
      return { tenantId, viewerId: socket.data.actor.userId, personId };
    });
    const seen = looks.length === 0 ? new Map<Look, Date | null>() : await this.visible.of(looks);
    followers.forEach(([followed, socket], index) => {
      this.tell(followed, socket, seen.get(looks[index] as Look));
    });
  }

  /** @param lastSeenAt undefined where they may not see anything. */
  private tell(followed: Followed, socket: ChatSocket, lastSeenAt: Date | null | undefined): void {
    const { followers, person, isOnline } = followed;
    const before = followers.get(socket);
    // While Postgres was asked they may have turned away. Whoever is behind is told once they have caught up.
    if (before === undefined || isBehind(socket)) return;
    const mayShow = isOnline ? 'online' : 'offline';
    const shown = lastSeenAt === undefined ? 'hidden' : mayShow;
    followers.set(socket, shown);
    if ((before === 'online') === (shown === 'online')) return;
    const state = toUserPresenceDto(shown === 'online', lastSeenAt ?? null);
    socket.emit('presence_changed', { userId: person.userId, ...state });
  }
}
