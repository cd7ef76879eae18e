import type { Invariant } from './invariant';

/** The most that one node may hold. */
export interface Caps {
  readonly rssMib: number;
  readonly openFiles: number;
  readonly postgresConnections: number;
}

/** I8: what a node holds stays within bounds, whatever is broken. */
export function bounds(caps: Caps): Invariant {
  const names = Object.keys(caps) as (keyof Caps)[];
  return ({ usage }) =>
    names.flatMap((name) => {
      const most = Math.max(0, ...usage.map((used) => used[name]));
      return most > caps[name] ? [`${name} was ${Math.round(most)}, and ${caps[name]} is the most`] : [];
    });
}
