import { createHash, randomUUID } from 'node:crypto';
import { type ConversationChange, ConversationChanges } from '../../../src/conversations';
import type { MessageDto } from '../../../src/message-view';
import { EditingService } from '../../../src/messages';
import { eventually } from '../../support/eventually';
import { createTestDatabase, type TestDatabase } from '../../support/infra/test-database';
import { MessageRows } from '../../support/messages/message-rows';
import { MessagesNode } from '../../support/messages/messages-node';
import { untilAvailable } from '../../support/messages/until-available';
import { times, upTo } from '../../support/times';

const [ALICE, BOB] = [randomUUID(), randomUUID()];
const CHANGES = 50;
const TURNS = 3;

/** Throws with the seed's dice: the same each time. */
function dice(seed: string): (sides: number) => number {
  const bytes = createHash('shake256', { outputLength: 4_096 }).update(seed).digest();
  let at = 0;
  return (sides) => bytes.readUInt8(at++ % bytes.length) % sides;
}

interface Told {
  readonly type: string;
  readonly rev: number;
  readonly audience: readonly string[] | null;
  readonly eventId: string;
  /** Of a change: the message it was made to. */
  readonly messageId?: string;
}

interface Payload {
  readonly message?: MessageDto;
  readonly messageId?: string;
}

const messageOf = (payload: Payload | null): string | undefined => payload?.messageId ?? payload?.message?.id;

describe.each(['one', 'two', 'three'])('changes, fifty at once, at two nodes (seed "%s")', (seed) => {
  let testDatabase: TestDatabase;
  let rows: MessageRows;
  let nodes: MessagesNode[];
  let group: string;
  let messageIds: string[];
  /** What became of each edit and deletion: the answer, or the code of the refusal. */
  let outcomes: (MessageDto | string)[];
  let events: Told[];

  beforeAll(async () => {
    testDatabase = await createTestDatabase();
    rows = MessageRows.of(testDatabase.url);
    nodes = await times(2, () => MessagesNode.start(testDatabase.url));
    group = await rows.aGroup({ [ALICE]: {}, [BOB]: { role: 'admin' } });
    messageIds = await rows.sentMany(group, ALICE, 12, { expiresInSeconds: 60 });
    outcomes = (await storm(dice(seed))).filter((outcome) => outcome !== undefined);
    events = (await rows.events(group)).map((row) => ({
      type: row.event_type as string,
      rev: Number(row.rev),
      audience: row.audience as string[] | null,
      eventId: row.event_uuid as string,
      messageId: messageOf(row.payload as Payload | null),
    }));
  });
  afterAll(async () => {
    await Promise.all([...nodes.map((node) => node.stop()), rows.close()]);
    await testDatabase.drop();
  });

  /** Alice edits, Alice or Bob delete, messages expire, somebody writes; and in the midst of it Alice is removed. */
  async function storm(roll: (sides: number) => number): Promise<(MessageDto | string | undefined)[]> {
    const changed: (MessageDto | string | undefined)[] = [];
    const removed = eventually(() => expect(changed.length).toBeGreaterThan(CHANGES)).then(() =>
      removeAlice(nodes[roll(2)] as MessagesNode),
    );
    await times(CHANGES, async (n) => {
      for (let turn = 0; turn < TURNS; turn++) changed.push(await anyChange(roll, `version ${n}.${turn}`));
    });
    await removed;
    return changed;
  }

  async function anyChange(
    roll: (sides: number) => number,
    content: string,
  ): Promise<MessageDto | string | undefined> {
    const node = nodes[roll(2)] as MessagesNode;
    const messageId = messageIds[roll(messageIds.length)] as string;
    const kind = roll(40);
    if (kind < 30) return edit(node, messageId, content);
    if (kind < 34) return remove(node, messageId, kind % 2 ? BOB : ALICE);
    if (kind < 37) return untilAvailable(() => rows.sent(group, BOB)).then(() => undefined);
    await rows.age('60 seconds', messageId);
    return untilAvailable(() => node.expires()).then(() => undefined);
  }

  const edit = (node: MessagesNode, messageId: string, content: string): Promise<MessageDto | string> =>
    settled(() => node.get(EditingService).edit(as(ALICE), { conversationId: group, messageId }, content));
  const remove = (node: MessagesNode, messageId: string, userId: string): Promise<MessageDto | string> =>
    settled(() => node.get(EditingService).delete(as(userId), { conversationId: group, messageId }));
  const as = (userId: string) => ({ tenantId: rows.tenantId, userId });

  function settled(change: () => Promise<MessageDto>): Promise<MessageDto | string> {
    return untilAvailable(change).catch((refusal: { code: string }) => refusal.code);
  }

  async function removeAlice(node: MessagesNode): Promise<void> {
    const { tenantId } = rows;
    const changes = node.get(ConversationChanges);
    await untilAvailable(() => changes.change({ tenantId, conversationId: group }, closeHerWindow));
  }

  async function closeHerWindow(change: ConversationChange): Promise<void> {
    const text = `UPDATE participants SET windows = windows * '{[1,13)}' WHERE conversation_uuid = $1 AND user_uuid = $2`;
    await change.tx.query({ name: 'test.leave', text }, [group, ALICE]);
    await change.reload();
    await change.record({ eventType: 'ParticipantRemoved', payload: () => ({}) });
  }

  /** The event that a message came is named by it. */
  const of = (messageId: string): Told[] =>
    events.filter(({ eventId, messageId: changed }) => eventId === messageId || changed === messageId);

  /** What was said of the change that made this revision. */
  const toldOf = (rev: number): MessageDto | undefined =>
    nodes
      .flatMap((node) => node.told)
      .filter(({ event }) => event.rev === rev)
      .map(({ event }) => (event.payload as Payload).message)[0];

  it('each make one revision, without a gap, in the order in which they are recorded', async () => {
    expect(events.map(({ rev }) => rev)).toEqual(upTo(events.length).map((n) => n + 1));
    expect(await rows.conversation(group)).toMatchObject({ rev: String(events.length + 1) });
  });

  it('are told as they are recorded', () => {
    const told = nodes.flatMap((node) => node.told.map(({ event }) => `${event.rev} ${event.eventType}`));
    const changes = events.filter(({ type }) => type !== 'MessageCreated');
    expect(told.sort()).toEqual(changes.map(({ rev, type }) => `${rev} ${type}`).sort());
  });

  it('leave each message as the last of them made it', async () => {
    for (const messageId of messageIds) {
      const row = await rows.message(messageId);
      const [created, ...changes] = of(messageId);
      const last = changes.at(-1);
      expect(row.rev).toBe(String((last ?? created)?.rev));
      expect(row.created_rev).toBe(last === undefined ? null : String(created?.rev));
      expect(row.deleted_at !== null).toBe(last !== undefined && last.type !== 'MessageUpdated');
      if (last?.type === 'MessageUpdated') expect(row.content).toBe(toldOf(last.rev)?.content);
      if (last?.type === 'MessageExpired') expect(row.content).toBeNull();
      if (last?.type === 'MessageDeleted') expect(row.content).not.toBeNull();
    }
  });

  it('end with a tombstone, if there is one', () => {
    for (const messageId of messageIds) {
      const types = of(messageId).map(({ type }) => type);
      const ends = types.filter((type) => type === 'MessageDeleted' || type === 'MessageExpired');
      expect(ends.length).toBeLessThanOrEqual(1);
      if (ends.length === 1) expect(types.at(-1)).toBe(ends[0]);
    }
  });

  it('are answered as they were recorded, or refused for a reason there was', () => {
    const refusals = new Set(outcomes.filter((outcome) => typeof outcome === 'string'));
    const reasons = new Set([...refusals, 'message_deleted', 'conversation_not_found']);
    expect(reasons.size).toBe(2);
    const answered = outcomes.filter((outcome) => typeof outcome !== 'string');
    for (const { id, rev } of answered) expect(of(id).map((event) => event.rev)).toContain(rev);
    const edits = answered.filter(({ deletedAt }) => deletedAt === null);
    expect(edits.map(({ rev }) => rev).sort()).toEqual(
      events
        .filter(({ type }) => type === 'MessageUpdated')
        .map(({ rev }) => rev)
        .sort(),
    );
  });

  it('T06 are none of hers, and none that she hears of, once she is removed', () => {
    const removedAt = events.findIndex(({ type }) => type === 'ParticipantRemoved');
    expect(removedAt).toBeGreaterThan(0);
    for (const { type, audience } of events.slice(removedAt)) {
      expect(type).not.toBe('MessageUpdated');
      expect(audience ?? []).not.toContain(ALICE);
    }
  });
});
