import { setTimeout as delay } from 'node:timers/promises';
import type { Problem } from '../../../src/common/problem';
import type { Ack } from '../../../src/realtime/socket-contract';
import type { Person } from '../chat-client';
import type { Device } from '../device';
import type { SeededRandom } from '../openapi/seeded-random';
import type { Answer } from '../rest';
import { FollowingClient } from './following-client';
import {
  type Action,
  type Attempt,
  type History,
  type Outcome,
  type SeenMessage,
  wallClock,
} from './history';

/** Longer than any answer may take, so that one which is late is seen to be. */
const PATIENCE_MS = 7_000;
const BEFORE_RETRY_MS = 150;

/** One person with one device, whose every attempt and every frame is noted. */
export class RecordedClient {
  private device: Device | undefined;
  /** Asked by socket and not answered yet. */
  private readonly pending = new Set<Promise<unknown>>();
  readonly following: FollowingClient;

  /** @param nodes of the person's world. */
  constructor(
    private readonly history: History,
    readonly person: Person,
    private readonly nodes: number,
    private readonly random: SeededRandom,
  ) {
    this.following = new FollowingClient(history, person, nodes, random);
  }

  get id(): string {
    return this.person.id;
  }

  /** Whether there is a connection now. */
  get listens(): boolean {
    return this.device?.socket.connected === true;
  }

  /** A word that nobody answers. */
  types(conversationId: string): void {
    if (this.listens) this.device?.socket.emit('typing_start', { conversationId });
  }

  /** Once, by any door, at any node. */
  attempt(action: Action): Promise<Attempt> {
    const { device } = this;
    const bySocket = device?.socket.connected === true && action.kind in EVENTS && this.random.next() < 0.5;
    return bySocket && device !== undefined
      ? this.bySocket(device, this.connectedTo, action)
      : this.byRest(this.random.below(this.nodes), action);
  }

  /** Again and again until it is known what became of it, or nobody waits any more. */
  async insist(action: Action, signal: AbortSignal): Promise<Attempt> {
    for (;;) {
      const attempt = await this.attempt(action);
      if (attempt.outcome.phase !== 'info' || signal.aborted) return attempt;
      await delay(BEFORE_RETRY_MS * (1 + this.random.next()), undefined, { signal }).catch(() => undefined);
    }
  }

  async byRest(node: number, action: Action): Promise<Attempt> {
    const attempt = this.history.invoke({ client: this.id, node, door: 'rest', action });
    const [method, path, body] = requestOf(action);
    const signal = AbortSignal.timeout(PATIENCE_MS);
    const outcome = await this.person
      .at(node)
      .asks(method, `/v1/conversations/${action.conversationId}${path}`, { body, signal })
      .then(answered, unknown);
    this.history.complete(attempt, outcome);
    return attempt;
  }

  /** Connects, and listens for so long or until it is over. @returns whether it was let in. */
  async listen(node: number, ms: number, signal: AbortSignal): Promise<boolean> {
    const device = await this.person
      .at(node)
      .connects({ timeout: PATIENCE_MS, auth: { token: this.person.token, ...this.following.since } })
      .catch(() => undefined);
    if (device === undefined) return false;
    const session = {
      client: this.id,
      node,
      readyAt: device.frames.find(({ event }) => event === 'ready')?.at ?? wallClock(),
      endedAt: null as number | null,
      heard: device.frames,
    };
    this.history.sessions.push(session);
    this.following.follow(device, node);
    [this.device, this.connectedTo] = [device, node];
    const ended = device.ended.then(() => {
      session.endedAt = wallClock();
      return 'ended';
    });
    const stopped = delay(ms, 'over', { signal }).catch(() => 'stopped');
    // A listener that is stopped stays: it must hear the end of the story.
    if ((await Promise.race([ended, stopped])) === 'over') {
      // Nobody who waits for an answer leaves.
      this.device = undefined;
      await Promise.race([ended, Promise.allSettled(this.pending)]);
      device.leaves();
    }
    return true;
  }

  leaves(): void {
    this.following.leaves();
    this.device?.leaves();
  }

  private connectedTo = 0;

  private async bySocket(device: Device, node: number, action: Action): Promise<Attempt> {
    const attempt = this.history.invoke({ client: this.id, node, door: 'socket', action });
    const { kind, ...rest } = action;
    const { key: clientMessageId, ...fields } = rest as typeof rest & { key?: string };
    const body = { ...fields, ...(clientMessageId !== undefined && { clientMessageId }) };
    const answer = (
      device.socket.timeout(PATIENCE_MS).emitWithAck(EVENTS[kind] ?? '', body) as Promise<Ack<SeenMessage>>
    ).then(acknowledged, unknown);
    this.pending.add(answer);
    this.history.complete(attempt, await answer);
    this.pending.delete(answer);
    return attempt;
  }
}

/** What sockets can be asked for. */
const EVENTS: Partial<Record<Action['kind'], string>> = {
  send: 'send_message',
  edit: 'edit_message',
  delete: 'delete_message',
};

function requestOf(action: Action): [method: string, path: string, body?: object] {
  switch (action.kind) {
    case 'send':
      return ['POST', '/messages', { content: action.content, clientMessageId: action.key }];
    case 'edit':
      return ['PATCH', `/messages/${action.messageId}`, { content: action.content }];
    case 'delete':
      return ['DELETE', `/messages/${action.messageId}`];
    case 'read':
      return ['POST', '/read', { seq: action.seq }];
    case 'add':
      return ['POST', '/participants', { userId: action.userId }];
    case 'remove':
      return ['DELETE', `/participants/${action.userId}`];
  }
}

type Body = Partial<SeenMessage> & { lastReadSeq?: number } & Partial<Problem>;

function answered({ status, headers, body }: Answer<unknown>): Outcome {
  const told = (body ?? {}) as Body;
  return {
    phase: status >= 500 ? 'info' : status >= 400 ? 'fail' : 'ok',
    status,
    retryAfter: Number(headers['retry-after'] ?? 0),
    ...(status < 400 && told.seq !== undefined && { message: body as SeenMessage }),
    ...(status < 400 && told.lastReadSeq !== undefined && { lastReadSeq: told.lastReadSeq }),
    ...(status >= 400 && { reason: `${status} ${told.code ?? ''}` }),
  };
}

function acknowledged(ack: Ack<SeenMessage>): Outcome {
  if (ack.ok) return { phase: 'ok', status: 200, retryAfter: null, message: ack.data };
  const { status, code } = ack.error;
  return { phase: status >= 500 ? 'info' : 'fail', status, retryAfter: null, reason: `${status} ${code}` };
}

function unknown(error: unknown): Outcome {
  const { message, cause } = error as Error;
  const reason = cause instanceof Error ? `${message}: ${cause.message}` : message;
  return { phase: 'info', status: null, retryAfter: null, reason };
}
