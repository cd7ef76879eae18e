import { Injectable, type OnApplicationShutdown } from '@nestjs/common';
import { DatabaseConfig } from '../../config';
import { DedicatedConnections, type Queryable, type Statement, type Tx } from '../../database';
import type { AppendOutcome, Draft } from './draft';

/** One call, one round trip, one commit: migrations/…-append-messages.ts. */
const APPEND: Statement = {
  name: 'message_log.append',
  text: /* sql */ `
    SELECT ordinal, verdict, message_uuid AS "messageId", seq, rev, sent_at AS "sentAt", expires_at AS "expiresAt",
      event_uuid AS "eventId", since_previous_ms AS "sincePreviousMs", audience, reply_to AS "replyTo"
    FROM append_messages($1, $2, $3)`,
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

  constructor({ url }: DatabaseConfig) {
    this.prompt = new DedicatedConnections(url, 1, {});
    this.patient = new DedicatedConnections(url, PATIENT_CONNECTIONS, PATIENT_LIMITS);
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

  private async call(db: Queryable, drafts: readonly Draft[], wait: boolean): Promise<AppendOutcome[]> {
    // Sorted: everybody takes locks in the order of ids.
    const conversations = [...new Set(drafts.map(({ conversationId }) => conversationId))].sort();
    const rows = await db.query<AppendOutcome & { ordinal: number }>(APPEND, [
      toJson(drafts),
      conversations,
      wait,
    ]);
    const outcomes: AppendOutcome[] = new Array<AppendOutcome>(drafts.length);
    for (const { ordinal, ...outcome } of rows) outcomes[ordinal] = outcome;
    return outcomes;
  }
}

/** A draft holds what JSON can not say. Nothing was sent. */
export class UnwritableDraft extends TypeError {}

function toJson(drafts: readonly Draft[]): string {
  try {
    return JSON.stringify(drafts.map(toRecord));
  } catch (cause) {
    throw new UnwritableDraft('a draft can not be written as JSON', { cause });
  }
}

/** A row of the function's `p_drafts`; what is null is left out. */
function toRecord(draft: Draft, ordinal: number): Record<string, unknown> {
  return {
    ordinal,
    conversation_uuid: draft.conversationId,
    tenant_uuid: draft.tenantId,
    sender_uuid: draft.senderId ?? undefined,
    client_message_id: draft.clientMessageId ?? undefined,
    body_hash: draft.bodyHash === null ? undefined : `\\x${draft.bodyHash.toString('hex')}`,
    type: draft.type,
    content: draft.content,
    payload: draft.payload ?? undefined,
    metadata: draft.metadata ?? undefined,
    reply_to_uuid: draft.replyToId ?? undefined,
    expires_in_seconds: draft.expiresInSeconds ?? undefined,
    trace_id: draft.traceId,
    for_business: draft.forBusiness,
  };
}
