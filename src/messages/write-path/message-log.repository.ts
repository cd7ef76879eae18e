import { Injectable, type OnApplicationShutdown } from '@nestjs/common';
import { DatabaseConfig } from '../../config';
import { DedicatedConnections, type Queryable, type Statement, type Tx } from '../../database';
import type { AppendOutcome, Draft } from './draft';

/** One call, one round trip, one commit: migrations/…-append-messages.ts. */
const APPEND: Statement = {
  name: 'message_log.append',
  text: /* sql */ `
    SELECT ordinal, verdict, message_uuid AS "messageId", seq, rev, sent_at AS "sentAt", expires_at AS "expiresAt",
      since_previous_ms AS "sincePreviousMs", audience, reply_to AS "replyTo"
    FROM append_messages($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15)`,
};

/** How long a conversation somebody else holds is waited for before the sender is told to try again. */
const LOCK_WAIT_MS = 2_000;
/** Made when they are needed. Conversations that many nodes write to meet here, if only for a moment. */
const PATIENT_CONNECTIONS = 4;
/** The wait for the lock ends first, so that the sender hears what was in the way. */
const PATIENT_LIMITS = {
  lock_timeout: LOCK_WAIT_MS,
  statement_timeout: LOCK_WAIT_MS + 500,
  query_timeout: LOCK_WAIT_MS + 800,
};

/**
 * Appends drafts to their conversations. It has connections of its own, so that a crowd of readers can not keep
 * a message waiting: one for groups, a few for the conversations that are held locked.
 */
@Injectable()
export class MessageLog implements OnApplicationShutdown {
  private readonly prompt: DedicatedConnections;
  private readonly patient: DedicatedConnections;

  constructor(config: DatabaseConfig) {
    this.prompt = new DedicatedConnections(config, 1, {});
    this.patient = new DedicatedConnections(config, PATIENT_CONNECTIONS, PATIENT_LIMITS);
  }

  async onApplicationShutdown(): Promise<void> {
    await Promise.all([this.prompt.close(), this.patient.close()]);
  }

  /** A conversation that is held by somebody is left out: its drafts come back `locked`. @returns in drafts' order. */
  append(drafts: readonly Draft[]): Promise<AppendOutcome[]> {
    return this.call(this.prompt, drafts, false);
  }

  /** Waits for conversations that are held. @throws DependencyUnavailable after 2 s */
  appendWaiting(drafts: readonly Draft[]): Promise<AppendOutcome[]> {
    return this.call(this.patient, drafts, true);
  }

  /** In a transaction that holds the conversations already: a message that belongs to another change of theirs. */
  appendWithin(tx: Tx, drafts: readonly Draft[]): Promise<AppendOutcome[]> {
    return this.call(tx, drafts, true);
  }

  /**
   * The function judges no two drafts of one key: who sends twice at once has the second one judged after the first
   * one's commit.
   */
  private async call(db: Queryable, drafts: readonly Draft[], wait: boolean): Promise<AppendOutcome[]> {
    const outcomes = new Map<Draft, AppendOutcome>();
    for (let left = drafts; left.length > 0;) {
      const [now, later] = withoutTwins(left);
      const judged = await this.judge(db, now, wait);
      now.forEach((draft, index) => outcomes.set(draft, judged[index] as AppendOutcome));
      left = later;
    }
    return drafts.map((draft) => outcomes.get(draft) as AppendOutcome);
  }

  private async judge(db: Queryable, drafts: readonly Draft[], wait: boolean): Promise<AppendOutcome[]> {
    // Sorted: everybody takes locks in the order of ids.
    const conversations = [...new Set(drafts.map(({ conversationId }) => conversationId))].sort();
    const rows = await db.query<AppendOutcome & { ordinal: number }>(APPEND, [
      conversations,
      wait,
      ...COLUMNS.map((column) => drafts.map(column)),
    ]);
    const outcomes: AppendOutcome[] = new Array<AppendOutcome>(drafts.length);
    for (const { ordinal, ...outcome } of rows) outcomes[ordinal] = outcome;
    return outcomes;
  }
}

/** A draft holds what JSON can not say. Nothing was sent. */
export class UnwritableDraft extends TypeError {}

/** The function's parameters from the third on: one value of each draft. */
const COLUMNS: readonly ((draft: Draft) => unknown)[] = [
  (draft) => draft.conversationId,
  (draft) => draft.tenantId,
  (draft) => draft.senderId,
  (draft) => draft.forBusiness ?? false,
  (draft) => draft.clientMessageId,
  (draft) => draft.bodyHash,
  (draft) => draft.type,
  (draft) => draft.content,
  (draft) => toJson(draft.payload),
  (draft) => toJson(draft.metadata),
  (draft) => draft.replyToId,
  (draft) => draft.expiresInSeconds,
  (draft) => draft.traceId,
];

function toJson(value: object | null): string | null {
  if (value === null) return null;
  try {
    return JSON.stringify(value);
  } catch (cause) {
    throw new UnwritableDraft('a draft can not be written as JSON', { cause });
  }
}

/** Those whose key is nobody's before them here, and the others. */
function withoutTwins(drafts: readonly Draft[]): [firsts: readonly Draft[], twins: readonly Draft[]] {
  const keys = new Set<string>();
  const twins: Draft[] = [];
  const firsts = drafts.filter((draft) => {
    const { conversationId, senderId, clientMessageId } = draft;
    if (clientMessageId === null) return true;
    const key = `${conversationId} ${senderId ?? ''} ${clientMessageId}`;
    const isTwin = keys.has(key);
    if (isTwin) twins.push(draft);
    keys.add(key);
    return !isTwin;
  });
  return [firsts, twins];
}
