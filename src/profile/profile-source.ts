/** Whose profiles: people and businesses are asked for together, in one call. */
export interface ProfileIds {
  readonly users: ReadonlySet<string>;
  readonly businesses: ReadonlySet<string>;
}

export interface UpstreamProfile {
  readonly id: string;
  readonly name: string;
  readonly avatarUrl: string | null;
}

/** What the owner of profiles answered: ids it does not know are absent from the maps. Keyed by id in lower case. */
export interface UpstreamProfiles {
  readonly users: ReadonlyMap<string, UpstreamProfile>;
  readonly businesses: ReadonlyMap<string, UpstreamProfile>;
}

/**
 * Where profiles come from. The service owns none: kaha-main-v3 does, and may be away at any moment.
 *
 * @throws ProfileSourceUnavailable when the source did not answer, or answered something that is not profiles.
 */
export interface ProfileSource {
  fetch(ids: ProfileIds): Promise<UpstreamProfiles>;
}

export const PROFILE_SOURCE = Symbol('PROFILE_SOURCE');

export class ProfileSourceUnavailable extends Error {
  constructor(reason: string, options?: ErrorOptions) {
    super(`profiles are not to be had: ${reason}`, options);
    this.name = 'ProfileSourceUnavailable';
  }
}
