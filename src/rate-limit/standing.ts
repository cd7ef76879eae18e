/** So much in so much time. */
export interface Policy {
  /** What is counted, as a client would call it. */
  readonly what: 'requests' | 'messages';
  readonly limit: number;
  readonly seconds: number;
}

/** How a caller stands in the window that began with their first charge. */
export interface Standing {
  readonly remaining: number;
  /** Whole seconds, at least one, until the window ends and the budget is whole again. */
  readonly resetSeconds: number;
}

/** What REST answers say of a limit: by draft-ietf-httpapi-ratelimit-headers-06, the last with a field for each number. */
export type StandingHeaders = Readonly<Record<string, string>>;

export function standingHeaders({ limit, seconds }: Policy, standing: Standing): StandingHeaders {
  return {
    'ratelimit-limit': String(limit),
    'ratelimit-remaining': String(standing.remaining),
    'ratelimit-reset': String(standing.resetSeconds),
    'ratelimit-policy': `${limit};w=${seconds}`,
  };
}
