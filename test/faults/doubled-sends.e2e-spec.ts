import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import type { ConversationDto } from '../../src/conversations/dto/conversation.dto';
import type { MessageDto } from '../../src/message-view';
import type { Person } from '../support/chat-client';
import type { Device } from '../support/device';
import { eventually } from '../support/eventually';
import { Cluster } from '../support/faults/cluster';
import { expectProblem, expectProblemObject } from '../support/problem';
import type { Answer } from '../support/rest';
import { times } from '../support/times';
import { World } from '../support/world';

const MESSAGES = 100;
const LATER_MS = 10_000;

interface Sent {
  readonly clientMessageId: string;
  readonly content: string;
}

describe('F12 everything that is sent twice, and more often', () => {
  let world: World;
  let cluster: Cluster;
  let alice: Person;
  let bob: Person;
  let chat: ConversationDto;
  let his: Device;
  beforeAll(async () => {
    world = await World.start({ nodes: 0 });
    cluster = await Cluster.start(world);
    [alice, bob] = [world.person('Alice'), world.person('Bob')];
    chat = await alice.chatWith(bob);
    his = await bob.connects();
  });
  afterAll(async () => {
    await cluster.stop();
    await world.stop();
  });

  const drafts = (): Sent[] =>
    Array.from({ length: MESSAGES }, (_, index) => ({
      clientMessageId: randomUUID(),
      content: `number ${index}`,
    }));

  /** As clients do: who is told to come again comes again. */
  const says = (node: number, { clientMessageId, content }: Sent): Promise<Answer<MessageDto>> =>
    eventually(async () => {
      const answer = await alice.at(node).says(chat, content, { clientMessageId });
      expect(answer.status).not.toBe(503);
      return answer;
    });

  function expectReplayed(
    { status, headers, body }: Answer<MessageDto>,
    first: MessageDto | undefined,
  ): void {
    expect([status, headers['idempotent-replayed']]).toEqual([200, 'true']);
    expect(body).toEqual(first);
  }

  it('is one message: at once at two nodes, later, after all nodes were killed, and by the other door', async () => {
    const sent = drafts();
    const first = await times(MESSAGES, async (index) => {
      const draft = sent[index] as Sent;
      const both = await Promise.all([says(0, draft), says(1, draft)]);
      const [stored, replayed] = both[0].status === 201 ? both : [both[1], both[0]];
      expect([200, 201]).toContain(stored.status);
      expectReplayed(replayed, stored.body);
      return stored.body;
    });
    const heard = (): string[] => his.messages.map(({ clientMessageId }) => clientMessageId ?? '').sort();
    const once = sent.map(({ clientMessageId }) => clientMessageId).sort();
    await eventually(() => expect(heard()).toEqual(once));

    await delay(LATER_MS);
    for (const [index, draft] of sent.entries()) expectReplayed(await says(index % 2, draft), first[index]);
    expect(heard()).toEqual(once);

    await Promise.all(cluster.nodes.map((node) => node.kill()));
    await Promise.all(cluster.nodes.map((node) => node.start()));
    const [hers, hisAgain] = [await alice.at(1).connects(), await bob.connects()];
    for (const [index, draft] of sent.entries()) {
      expectReplayed(await says(index % 2, draft), first[index]);
      const { clientMessageId, content } = draft;
      expect(await hers.says(chat, content, { clientMessageId })).toMatchObject({
        ok: true,
        data: first[index],
      });
    }
    expect(hisAgain.messages).toEqual([]);
    const { items } = (await bob.at(1).reads(chat, { limit: 100 })).body;
    expect(items.map(({ id }) => id).sort()).toEqual(first.map(({ id }) => id).sort());
  }, 60_000);

  it('is refused where it says something else, by every door, at every node', async () => {
    const draft = { clientMessageId: randomUUID(), content: 'this' };
    const hers = await alice.at(1).connects();
    expect((await says(0, draft)).status).toBe(201);
    for (const node of [0, 1])
      expectProblem(await says(node, { ...draft, content: 'that' }), 'idempotency_key_reused');
    const { clientMessageId } = draft;
    const ack = await hers.says(chat, 'that', { clientMessageId });
    expectProblemObject(ack.ok ? undefined : ack.error, 'idempotency_key_reused');
  });
});
