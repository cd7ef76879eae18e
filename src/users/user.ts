export const LAST_SEEN_AUDIENCES = ['everyone', 'nobody'] as const;
export type LastSeenAudience = (typeof LAST_SEEN_AUDIENCES)[number];

export interface Privacy {
  /** When false, others do not learn how far this person has read. */
  readonly readReceipts: boolean;
  readonly lastSeen: LastSeenAudience;
}

/** What chat-backend itself knows of a person. Name and picture are kaha-main-v3's. */
export interface User {
  readonly id: string;
  readonly tenantId: string;
  readonly createdAt: Date;
  readonly privacy: Privacy;
}
