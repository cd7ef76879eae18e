/** What decides on what a caller may do, as far as access goes. */
export interface CallerKind {
  readonly title: string;
  readonly token: 'none' | 'made up' | 'expired' | 'user' | 'service';
  /** Whether they are of the tenant of what they ask about. */
  readonly tenant: 'same' | 'other';
  /** The type of conversation that they are in and ask about; nobody who is not in it learns anything of its type. */
  readonly memberOf?: 'group' | 'direct';
  /** `sender` of the message that it is about, and the one (`self`) whom it is about. */
  readonly roles: readonly ('admin' | 'sender' | 'self')[];
  /** Which side of the direct conversation blocks the other. */
  readonly blockedBy?: 'them' | 'the other';
}

const outsider = { tenant: 'same', roles: [] } as const;
const member = { token: 'user', tenant: 'same', memberOf: 'group' } as const;
const side = { token: 'user', tenant: 'same', memberOf: 'direct' } as const;

/** Everybody who could ask. */
const KINDS = {
  nobody: { ...outsider, title: 'nobody', token: 'none' },
  forger: { ...outsider, title: 'a made-up token', token: 'made up' },
  latecomer: { ...outsider, title: 'an expired token', token: 'expired' },
  namesake: { ...outsider, title: 'the same UUID in another tenant', token: 'user', tenant: 'other' },
  stranger: { ...outsider, title: 'a stranger', token: 'user' },
  former: { ...outsider, title: 'a former member', token: 'user' },
  member: { ...member, title: 'a member', roles: [] },
  concerned: { ...member, title: 'the member concerned', roles: ['sender', 'self'] },
  admin: { ...member, title: 'an admin', roles: ['admin'] },
  otherSide: { ...side, title: 'the other side of a direct one', roles: [] },
  blocked: { ...side, title: 'one who is blocked by the other', roles: ['sender'], blockedBy: 'the other' },
  blocker: { ...side, title: 'one who blocks the other', roles: ['sender'], blockedBy: 'them' },
  service: { ...outsider, title: 'the service', token: 'service' },
  otherService: { ...outsider, title: 'the service, for another tenant', token: 'service', tenant: 'other' },
} satisfies Record<string, CallerKind>;

export type CallerName = keyof typeof KINDS;

export const CALLERS: Readonly<Record<CallerName, CallerKind>> = KINDS;
export const CALLER_NAMES = Object.keys(CALLERS) as CallerName[];
