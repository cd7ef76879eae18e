import { openCursor, sealCursor, InvalidCursor } from '../common/cursor';
import type { Actor } from '../common/actor';

const PURPOSE = 'sync';

/** Of a token. Raised when its parts are others; older ones are then refused as if they were too old. */
const VERSION = 1;

/**
 * Transactions under way that a token names. Where there are more it says "before any of them", which is as true and
 * brings some rows twice.
 */
const MOST_NAMED = 64;

/** A moment in the order of transactions: what is visible in `snapshot` is known, and nothing else. */
export interface Horizon {
  /** A `pg_snapshot` as text: `xmin:xmax:xip,…`. */
  readonly snapshot: string;
  /** By the clock of Postgres, in milliseconds since 1970. */
  readonly takenAt: number;
}

/** How far the messages of a conversation have been told. */
export interface MessagePosition {
  /** First those changed, by the revision of the change and the seq of the reply that shows it; then new ones, by seq. */
  readonly part: 'changed' | 'new';
  readonly a: number;
  readonly b: number;
  /** Up to here its messages were made, and changed, within the horizon. */
  readonly knownSeq: number;
  readonly knownRev: number;
}

/** Where a page of changes ended: after a conversation, or, with `messages`, in it. */
export interface ChangePosition {
  readonly conversationId: string;
  readonly messages?: MessagePosition;
}

export type SyncToken =
  /** At rest: everything within the horizon is known. */
  | { readonly kind: 'known'; readonly known: Horizon }
  /** Between two pages of what changed since `known`; once through, everything within `next` is known. */
  | {
      readonly kind: 'changes';
      readonly known: Horizon;
      readonly next: Horizon;
      readonly position: ChangePosition;
    }
  /** Between two pages of an inbox. */
  | { readonly kind: 'inbox'; readonly next: Horizon; readonly cursor: string };

/** @returns a token for this person and this incarnation of the data, and for nobody else. */
export function sealToken(key: Buffer, epoch: string, actor: Actor, token: SyncToken): string {
  return sealCursor(key, PURPOSE, actor, [VERSION, epoch, token]);
}

/**
 * @returns undefined for a token of another incarnation of the data, or in a form that is not understood any more.
 * @throws InvalidCursor for one that was not made for this person
 */
export function openToken(key: Buffer, epoch: string, actor: Actor, sealed: string): SyncToken | undefined {
  const opened = openCursor(key, PURPOSE, actor, sealed);
  if (!Array.isArray(opened)) throw new InvalidCursor();
  const [version, madeIn, token] = opened as [number, string, SyncToken];
  return version === VERSION && madeIn === epoch ? token : undefined;
}

/** @param snapshot as Postgres writes it. */
export function horizonOf(snapshot: string, takenAt: Date): Horizon {
  const [xmin = '', , underway = ''] = snapshot.split(':');
  const few = underway.split(',').length <= MOST_NAMED;
  return { snapshot: few ? snapshot : `${xmin}:${xmin}:`, takenAt: takenAt.getTime() };
}
