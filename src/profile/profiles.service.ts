import { Inject, Injectable, Logger } from '@nestjs/common';
import { NIL_UUID } from '../common/uuid';
import { PROFILE_SOURCE, type ProfileIds, type ProfileSource, type UpstreamProfiles } from './profile-source';
import { Profiles } from './profiles';

/** Profiles for whoever shows people. Upstream's outages end here: they cost names and pictures, nothing else. */
@Injectable()
export class ProfilesService {
  private readonly logger = new Logger(ProfilesService.name);
  private sourceIsAway = false;

  constructor(@Inject(PROFILE_SOURCE) private readonly source: ProfileSource) {}

  /** Never throws: with upstream away everybody is a placeholder. */
  async profilesFor(ids: ProfileIds): Promise<Profiles> {
    const answer = await this.ask(ids);
    return answer === null ? Profiles.unanswered() : Profiles.answered(ids, answer, new Date());
  }

  /** Whether the source answers at this moment: asked about nobody in particular. */
  async sourceAnswers(): Promise<boolean> {
    return (await this.ask({ users: new Set([NIL_UUID]), businesses: new Set() })) !== null;
  }

  private async ask(ids: ProfileIds): Promise<UpstreamProfiles | null> {
    // An empty question proves nothing about upstream's health.
    if (ids.users.size + ids.businesses.size === 0) return { users: new Map(), businesses: new Map() };
    try {
      const answer = await this.source.fetch(ids);
      this.noteAnswer();
      return answer;
    } catch (error) {
      this.noteOutage(error);
      return null;
    }
  }

  // An outage is one event, however many reads it meets: only its two ends are logged.

  private noteOutage(err: unknown): void {
    if (this.sourceIsAway) return;
    this.sourceIsAway = true;
    this.logger.warn({ msg: 'profile source is away, placeholders are shown', err });
  }

  private noteAnswer(): void {
    if (!this.sourceIsAway) return;
    this.sourceIsAway = false;
    this.logger.log({ msg: 'profile source answers again' });
  }
}
