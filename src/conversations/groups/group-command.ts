/** A group as its founder wants it. */
export interface GroupCommand {
  /** Everybody but the founder; naming somebody twice, or oneself, changes nothing. */
  readonly participantIds: readonly string[];
  readonly name: string | null;
  readonly avatarUrl: string | null;
  /** The same key and group again make no second group. */
  readonly key?: string;
}
