import { appendFileSync } from 'node:fs';
import type { MessageDto } from '../../../src/message-view';

/** What a client wants. All that the judges compare is in here or in the answer. */
export type Action =
  | {
      readonly kind: 'send';
      readonly conversationId: string;
      /** The `clientMessageId`: the same in every attempt. */
      readonly key: string;
      readonly content: string;
    }
  | {
      readonly kind: 'edit';
      readonly conversationId: string;
      readonly messageId: string;
      readonly content: string;
    }
  | { readonly kind: 'delete'; readonly conversationId: string; readonly messageId: string }
  | { readonly kind: 'read'; readonly conversationId: string; readonly seq: number }
  | { readonly kind: 'add' | 'remove'; readonly conversationId: string; readonly userId: string };

/** Of a message what can be compared, whoever reads it. */
export type SeenMessage = Pick<
  MessageDto,
  | 'id'
  | 'conversationId'
  | 'seq'
  | 'senderId'
  | 'type'
  | 'content'
  | 'clientMessageId'
  | 'sentAt'
  | 'deletedAt'
>;

/** Of two states of a message that of the higher revision is the later one. */
export type VersionedMessage = SeenMessage & Pick<MessageDto, 'rev'>;

/**
 * `fail`: refused, and certainly nothing happened. `info`: nobody knows (a time-out, a cut, a 5xx). `open`: not
 * answered yet.
 */
export type Phase = 'open' | 'ok' | 'fail' | 'info';

/** How an attempt came out. */
export interface Outcome {
  readonly phase: Phase;
  /** Of HTTP, or of the problem in an acknowledgement; null where no answer came. */
  readonly status: number | null;
  /** In seconds. Acknowledgements have none. */
  readonly retryAfter: number | null;
  /** The stored message of a sending or an edit. */
  readonly message?: SeenMessage;
  /** What a mark came to. */
  readonly lastReadSeq?: number;
  /** In the words of whoever failed, for people. */
  readonly reason?: string;
}

/** One request or event, once. Times are milliseconds of the wall clock, which Postgres goes by, too. */
export interface Attempt {
  readonly client: string;
  readonly node: number;
  readonly door: 'rest' | 'socket';
  readonly action: Action;
  readonly invokedAt: number;
  endedAt: number | null;
  outcome: Outcome;
}

/** A frame with its time. */
export interface Heard {
  readonly at: number;
  readonly event: string;
  readonly frame: unknown;
}

/** One connection of one client, from `ready` on. */
export interface Session {
  readonly client: string;
  readonly node: number;
  readonly readyAt: number;
  /** null: it lasted. */
  endedAt: number | null;
  readonly heard: Heard[];
}

/** Of a page of what changed what can be compared. */
export interface SyncedPage {
  readonly conversations: readonly { readonly id: string }[];
  readonly messages: readonly VersionedMessage[];
  readonly receipts: readonly {
    readonly conversationId: string;
    readonly userId: string;
    readonly lastReadSeq: number | null;
  }[];
  readonly removedConversationIds: readonly string[];
}

/** That a client asked what has changed since it asked last, and what it was told. */
export interface Synced {
  readonly client: string;
  readonly node: number;
  readonly askedAt: number;
  readonly at: number;
  /** null: it was refused, and not because something was away. */
  readonly page: SyncedPage | null;
}

/** Something that was broken for a while. */
export interface Trouble {
  readonly what: string;
  /** null: it concerns all. */
  readonly node: number | null;
  /** Clients may wait for answers in vain: the way to the node, or the node itself, is frozen. */
  readonly severs: boolean;
  readonly from: number;
  until: number | null;
}

/** What a node used at one moment. */
export interface Usage {
  readonly node: number;
  readonly at: number;
  readonly rssMib: number;
  readonly openFiles: number;
  readonly postgresConnections: number;
}

const OPEN: Outcome = { phase: 'open', status: null, retryAfter: null };

/** All that clients did and heard, as it happened. */
export class History {
  readonly attempts: Attempt[] = [];
  readonly sessions: Session[] = [];
  /** The first of each client was before everything else. */
  readonly syncs: Synced[] = [];
  readonly troubles: Trouble[] = [];
  readonly usage: Usage[] = [];

  invoke(attempt: Pick<Attempt, 'client' | 'node' | 'door' | 'action'>): Attempt {
    const invoked = { ...attempt, invokedAt: wallClock(), endedAt: null, outcome: OPEN };
    this.attempts.push(invoked);
    return invoked;
  }

  complete(attempt: Attempt, outcome: Outcome): void {
    attempt.outcome = outcome;
    attempt.endedAt = wallClock();
  }

  /** @returns what ends it. */
  trouble(what: string, { node = null, severs = false }: Partial<Trouble> = {}): () => void {
    const trouble: Trouble = { what, node, severs, from: wallClock(), until: null };
    this.troubles.push(trouble);
    return () => (trouble.until = wallClock());
  }

  /** As JSON lines in the order of time, for whoever has to find out what went wrong. */
  writeTo(path: string): void {
    const { attempts, sessions, syncs, troubles } = this;
    const lines = [
      ...attempts.flatMap(({ invokedAt, endedAt, outcome, ...attempt }) => [
        { t: invokedAt, phase: 'invoke', ...attempt },
        ...(endedAt === null ? [] : [{ t: endedAt, ...outcome, ...attempt }]),
      ]),
      ...sessions.flatMap(({ client, node, readyAt, endedAt, heard }) => [
        { t: readyAt, phase: 'ready', client, node },
        ...heard.map(({ at, ...frame }) => ({ t: at, phase: 'heard', client, node, ...frame })),
        ...(endedAt === null ? [] : [{ t: endedAt, phase: 'gone', client, node }]),
      ]),
      ...syncs.map(({ at, ...synced }) => ({ t: at, phase: 'synced', ...synced })),
      ...troubles.flatMap(({ from, until, ...trouble }) => [
        { t: from, phase: 'trouble', ...trouble },
        { t: until, phase: 'healed', ...trouble },
      ]),
    ].sort((a, b) => (a.t ?? Infinity) - (b.t ?? Infinity));
    appendFileSync(path, lines.map((line) => `${JSON.stringify(line)}\n`).join(''));
  }
}

/** Milliseconds since 1970, with fractions, and never back. */
export function wallClock(): number {
  return performance.timeOrigin + performance.now();
}
