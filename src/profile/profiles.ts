import {
  freshProfile,
  placeholderBusiness,
  placeholderUser,
  type Profile,
  unknownBusiness,
  unknownUser,
} from './profile';
import type { ProfileIds, UpstreamProfile, UpstreamProfiles } from './profile-source';

/** Ids that upstream, in good health, does not know: nobody should be allowed to name them anew. */
export interface UnknownIds {
  readonly users: readonly string[];
  readonly businesses: readonly string[];
}

const NOBODY: UnknownIds = { users: [], businesses: [] };

/**
 * The profiles of one page, looked up by id in either case. There is one for every id: whoever was not
 * asked for is a placeholder.
 */
export class Profiles {
  private constructor(
    private readonly users: ReadonlyMap<string, Profile>,
    private readonly businesses: ReadonlyMap<string, Profile>,
    /** Whom of those asked for upstream does not know. With upstream away, no one is unknown. */
    readonly unknown: UnknownIds,
  ) {}

  /** What upstream `answered` at `asOf` when it was asked for `ids`. */
  static answered(ids: ProfileIds, answer: UpstreamProfiles, asOf: Date): Profiles {
    return new Profiles(
      shown(ids.users, answer.users, (id) => unknownUser(id, asOf), asOf),
      shown(ids.businesses, answer.businesses, (id) => unknownBusiness(id, asOf), asOf),
      { users: missing(ids.users, answer.users), businesses: missing(ids.businesses, answer.businesses) },
    );
  }

  /** Nobody could be asked. */
  static unanswered(): Profiles {
    return new Profiles(new Map(), new Map(), NOBODY);
  }

  user(anyCaseId: string): Profile {
    const id = anyCaseId.toLowerCase();
    return this.users.get(id) ?? placeholderUser(id);
  }

  business(anyCaseId: string): Profile {
    const id = anyCaseId.toLowerCase();
    return this.businesses.get(id) ?? placeholderBusiness(id);
  }
}

function shown(
  asked: ReadonlySet<string>,
  known: ReadonlyMap<string, UpstreamProfile>,
  unknown: (id: string) => Profile,
  asOf: Date,
): Map<string, Profile> {
  const profiles = new Map<string, Profile>();
  for (const anyCaseId of asked) {
    const id = anyCaseId.toLowerCase();
    const profile = known.get(id);
    profiles.set(id, profile ? freshProfile(profile, asOf) : unknown(id));
  }
  return profiles;
}

function missing(asked: ReadonlySet<string>, known: ReadonlyMap<string, UpstreamProfile>): string[] {
  return [...asked].filter((id) => !known.has(id.toLowerCase()));
}
