/** Somebody tried to do something: what the access log and security events say of it alike. */
export interface Attempt {
  readonly door: 'rest' | 'socket';
  /** Method and template of the route, or the name of the event: of a closed set, like the value of a label. */
  readonly operation: string;
  /** A user's id, `service`, or `nobody` where it was not found out. */
  readonly caller: string;
  readonly tenantId: string | null;
  /** As it was sent, where there was one. */
  readonly conversationId?: unknown;
}
