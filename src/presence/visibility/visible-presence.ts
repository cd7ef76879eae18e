import { Injectable } from '@nestjs/common';
import { Database } from '../../database';
import { type Look, VisiblePresenceRepository } from './visible-presence.repository';

/** So that one statement stays a short one, however many are to be told. */
const MOST_AT_ONCE = 1_000;

/** Who may see whether somebody is there. Asked anew each time somebody is to be told. */
@Injectable()
export class VisiblePresence {
  constructor(
    private readonly database: Database,
    private readonly repository: VisiblePresenceRepository,
  ) {}

  /**
   * @returns by the looks that are allowed, when that person was last seen; null: never yet.
   * @throws DependencyUnavailable
   */
  async of(looks: readonly Look[]): Promise<Map<Look, Date | null>> {
    const seen = new Map<Look, Date | null>();
    for (let from = 0; from < looks.length; from += MOST_AT_ONCE) {
      const some = await this.repository.visible(this.database, looks.slice(from, from + MOST_AT_ONCE));
      for (const [look, lastSeenAt] of some) seen.set(look, lastSeenAt);
    }
    return seen;
  }
}
