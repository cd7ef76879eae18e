import { Injectable } from '@nestjs/common';
import type { Actor } from '../common/actor';
import { RedisHealth } from '../redis';
import { BusinessPresence } from './business-presence';
import { OnlineKeys } from './online-keys';
import { OwnPresence } from './own-presence';
import { type PresenceDto, toUserPresenceDto, UNSEEN, type UserPresenceDto } from './presence.dto';
import { VisiblePresence } from './visibility/visible-presence';

/** Whose presence somebody asks for. */
export interface PresenceQuestion {
  readonly userIds: readonly string[];
  readonly businessIds: readonly string[];
}

/** By id, and only of people whom the one who asked may see. */
export type SeenUsers = ReadonlyMap<string, UserPresenceDto>;

/** Who is there, for those who may know. */
@Injectable()
export class PresenceService {
  constructor(
    private readonly visible: VisiblePresence,
    private readonly keys: OnlineKeys,
    private readonly own: OwnPresence,
    private readonly health: RedisHealth,
    private readonly businesses: BusinessPresence,
  ) {}

  /**
   * The states by id. Whoever does not exist, shares no conversation with the viewer, hides, or has blocked them, is
   * offline and was never seen.
   *
   * @throws DependencyUnavailable without Postgres
   */
  async states(viewer: Actor, question: PresenceQuestion): Promise<PresenceDto> {
    return this.answer(question, await this.seen(viewer, question.userIds));
  }

  /** What is answered to who sees these and nobody else. */
  answer({ userIds, businessIds }: PresenceQuestion, seen: SeenUsers): PresenceDto {
    return {
      users: Object.fromEntries(userIds.map((id) => [id, seen.get(id) ?? UNSEEN])),
      businesses: this.businesses.states(businessIds),
    };
  }

  /**
   * Of these people, those whom the viewer may see. While Redis is away nobody is known to be online.
   *
   * @throws DependencyUnavailable without Postgres
   */
  async seen({ tenantId, userId: viewerId }: Actor, userIds: readonly string[]): Promise<SeenUsers> {
    const looks = [...new Set(userIds)].map((personId) => ({ tenantId, viewerId, personId }));
    if (looks.length === 0) return new Map();
    const seen = [...(await this.visible.of(looks))];
    const online = await this.online(seen.map(([{ personId: userId }]) => ({ tenantId, userId })));
    return new Map(
      seen.map(([{ personId }, lastSeenAt], index) => [
        personId,
        toUserPresenceDto(online[index] === true, lastSeenAt),
      ]),
    );
  }

  private async online(people: readonly Actor[]): Promise<readonly boolean[]> {
    if (!this.health.healthy) return [];
    // Whoever has just come here is there before their key is.
    const answer = (keys: readonly boolean[]) =>
      people.map((one, index) => keys[index] === true || this.own.has(one));
    return this.keys.readNow(people).then(answer, () => []);
  }
}
