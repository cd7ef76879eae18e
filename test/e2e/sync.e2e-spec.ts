import { randomUUID } from 'node:crypto';
import type { ConversationDto } from '../../src/conversations/dto/conversation.dto';
import type { SyncPageDto } from '../../src/sync';
import { horizonOf, sealToken, type SyncToken } from '../../src/sync/sync-token';
import type { Person } from '../support/chat-client';
import { eventually } from '../support/eventually';
import { expectProblem } from '../support/problem';
import { Replica } from '../support/sync/replica';
import { SlowCommit } from '../support/sync/slow-commit';
import { times, upTo } from '../support/times';
import { World } from '../support/world';

const NOTHING = { conversations: [], messages: [], receipts: [], removedConversationIds: [], hasMore: false };
const NIL = '00000000-0000-0000-0000-000000000000';

/** When a name was looked up is another story. */
function withoutProfiles({ participants, ...conversation }: ConversationDto): object {
  return { ...conversation, participants: participants.map(({ profile: _profile, ...who }) => who) };
}

describe('sync', () => {
  let world: World;
  let alice: Person;
  let bob: Person;
  let carol: Person;
  beforeAll(async () => {
    world = await World.start({ nodes: 2 });
  });
  afterAll(() => world.stop());
  beforeEach(() => {
    [alice, bob, carol] = ['Alice', 'Bob', 'Carol'].map((name) => world.person(name)) as [
      Person,
      Person,
      Person,
    ];
  });

  /** Everything is known from here on. */
  async function now(who: Person): Promise<string> {
    const { body } = await who.syncs();
    expect(body.hasMore).toBe(false);
    return body.next;
  }

  async function since(who: Person, token: string): Promise<SyncPageDto> {
    const { status, body } = await who.syncs({ since: token });
    expect(status).toBe(200);
    return body;
  }

  it('begins with the inbox, most recent activity first', async () => {
    const first = await alice.chatWith(bob);
    const second = await alice.groupWith(bob, carol);
    await bob.says(first, 'the latest');
    const { status, body } = await alice.syncs();
    expect(status).toBe(200);
    expect({ ...body, conversations: body.conversations.map(withoutProfiles) }).toEqual({
      ...NOTHING,
      conversations: (await alice.inbox()).body.items.map(withoutProfiles),
      next: expect.any(String) as string,
    });
    expect(body.conversations.map(({ id }) => id)).toEqual([first.id, second.id]);
  });

  it('begins page by page', async () => {
    await times(5, () => alice.groupWith(bob));
    const found: string[] = [];
    let page: SyncPageDto | undefined;
    do {
      const next = page && { since: page.next };
      page = (await alice.syncs({ limit: 2, ...next })).body;
      found.push(...page.conversations.map(({ id }) => id));
    } while (page.hasMore);
    expect(found).toEqual((await alice.inbox()).body.items.map(({ id }) => id));
    expect(found).toHaveLength(5);
    expect(await since(alice, page.next)).toMatchObject(NOTHING);
  });

  it('has nothing where nothing changed', async () => {
    await alice.chatWith(bob);
    const token = await now(alice);
    const again = await since(alice, token);
    expect(again).toMatchObject(NOTHING);
    expect(await since(alice, again.next)).toMatchObject(NOTHING);
  });

  describe('tells what changed:', () => {
    let chat: ConversationDto;
    let token: string;
    beforeEach(async () => {
      chat = await alice.groupWith(bob, carol);
      await bob.says(chat, 'known before');
      token = await now(alice);
    });

    const conversationNow = async () => withoutProfiles((await alice.sees(chat)).body);
    const receipt = (who: Person, lastReadSeq: number | null, lastDeliveredSeq: number) => ({
      conversationId: chat.id,
      userId: who.id,
      lastReadSeq,
      lastDeliveredSeq,
    });

    it('messages, in order, with their conversation and who had read it by writing', async () => {
      const sent = await times(3, async (n) => (await bob.says(chat, `new ${n}`)).body.seq);
      const page = await since(alice, token);
      expect(page.conversations.map(withoutProfiles)).toEqual([await conversationNow()]);
      expect(page).toMatchObject({
        removedConversationIds: [],
        hasMore: false,
        messages: (await alice.reads(chat, { after: Math.min(...sent) - 1 })).body.items,
        receipts: [receipt(bob, Math.max(...sent), Math.max(...sent))],
      });
    });

    it('an edit, once and as it is now', async () => {
      const { id } = (await bob.says(chat, 'one')).body;
      token = await now(alice);
      await bob.edits(chat, id, 'two');
      await bob.edits(chat, id, 'three');
      const { messages, conversations } = await since(alice, token);
      expect(messages).toEqual([(await alice.finds(chat, id)).body]);
      expect(messages[0]?.content).toBe('three');
      expect(conversations.map(withoutProfiles)).toEqual([await conversationNow()]);
    });

    it('a deletion, and the reply that shows what it said', async () => {
      const original = (await bob.says(chat, 'a slip')).body;
      const reply = (await carol.says(chat, 'what?', { replyToId: original.id })).body;
      await carol.says(chat, 'and more');
      token = await now(alice);
      await bob.deletes(chat, original.id);
      const { messages } = await since(alice, token);
      expect(messages.map(({ id }) => id)).toEqual([original.id, reply.id]);
      expect(messages[0]).toMatchObject({ content: null, deletedAt: expect.any(String) as string });
      expect(messages[1]?.replyTo).toMatchObject({ id: original.id, excerpt: null });
    });

    it('that a message has expired', async () => {
      const { id } = (await bob.says(chat, 'for a moment', { expiresInSeconds: 1 })).body;
      token = await now(alice);
      await eventually(async () => {
        const { messages } = await since(alice, token);
        expect(messages).toMatchObject([{ id, content: null, deletedAt: expect.any(String) as string }]);
      });
    });

    it('how far others have got, and no more than that', async () => {
      const { seq } = (await alice.says(chat, 'read this')).body;
      token = await now(alice);
      await bob.marksRead(chat, { seq });
      await carol.marksDelivered(chat, seq);
      const { receipts, ...page } = await since(alice, token);
      expect(page).toMatchObject({ conversations: [], messages: [], removedConversationIds: [] });
      expect(receipts).toHaveLength(2);
      expect(receipts).toEqual(expect.arrayContaining([receipt(bob, seq, seq), receipt(carol, 0, seq)]));
    });

    it('what was read on another device, with what is unread', async () => {
      await bob.says(chat, 'unread');
      token = await now(alice);
      await alice.marksRead(chat, { seq: 2 });
      const { conversations, receipts } = await since(alice, token);
      expect(conversations).toMatchObject([{ id: chat.id, unreadCount: 0 }]);
      expect(receipts).toEqual([receipt(alice, 2, 2)]);
    });

    it('that somebody shows no more how far they have read', async () => {
      const { seq } = (await alice.says(chat, 'read this')).body;
      await bob.marksRead(chat, { seq });
      token = await now(alice);
      await bob.asks('PATCH', '/v1/users/me/privacy', { body: { readReceipts: false } });
      expect((await since(alice, token)).receipts).toEqual([receipt(bob, null, seq)]);
    });

    it('that somebody shows nothing of their reading to whom they have blocked', async () => {
      const direct = await alice.chatWith(bob);
      const { seq } = (await alice.says(direct, 'hello')).body;
      await bob.marksRead(direct, { seq });
      token = await now(alice);
      await bob.asks('PUT', `/v1/users/me/blocks/${alice.id}`);
      const { receipts } = await since(alice, token);
      expect(receipts).toContainEqual({
        conversationId: direct.id,
        userId: bob.id,
        lastReadSeq: null,
        lastDeliveredSeq: 0,
      });
    });

    it('that it was muted, on another device', async () => {
      await alice.asks('PATCH', `/v1/conversations/${chat.id}/settings`, { body: { isMuted: true } });
      expect((await since(alice, token)).conversations).toMatchObject([{ id: chat.id, isMuted: true }]);
    });

    it('a new name, and people who came, went and became something else', async () => {
      await alice.changes(chat, { name: 'Renamed' });
      await alice.makes(chat, bob, 'admin');
      await alice.removes(chat, carol);
      await alice.adds(chat, world.person('Dave'));
      const page = await since(alice, token);
      expect(page.conversations.map(withoutProfiles)).toEqual([await conversationNow()]);
      expect(page.messages).toEqual((await alice.reads(chat, { after: 1 })).body.items);
    });

    it('a conversation one was added to, with what was said there since', async () => {
      const dave = world.person('Dave');
      token = await now(dave);
      await alice.adds(chat, dave);
      const { seq } = (await bob.says(chat, 'welcome')).body;
      const page = await since(dave, token);
      expect(page.conversations.map(withoutProfiles)).toEqual([
        withoutProfiles((await dave.sees(chat)).body),
      ]);
      expect(page.messages).toEqual((await dave.reads(chat)).body.items);
      expect(page.messages.at(-1)?.seq).toBe(seq);
    });

    it('that one is not in a conversation any more, and nothing of it', async () => {
      token = await now(carol);
      await bob.says(chat, 'not for Carol any more, who could have read it');
      await alice.removes(chat, carol);
      const left = await since(carol, token);
      expect(left).toMatchObject({ ...NOTHING, removedConversationIds: [chat.id] });
      await bob.says(chat, 'nor this');
      expect(await since(carol, left.next)).toMatchObject(NOTHING);
      expect((await carol.syncs()).body.conversations).toEqual([]);
    });

    it('all one may read in a conversation one came back to, and nothing that was said in between', async () => {
      await alice.removes(chat, carol);
      token = (await since(carol, await now(carol))).next;
      await bob.says(chat, 'in between');
      await alice.adds(chat, carol);
      await bob.says(chat, 'welcome back');
      const { messages } = await since(carol, token);
      expect(messages).toEqual((await carol.reads(chat)).body.items);
      expect(messages.map(({ content }) => content)).toContain('known before');
      expect(messages.map(({ content }) => content)).not.toContain('in between');
    });
  });

  it('T01 tells nothing of what others talk about', async () => {
    const token = await now(alice);
    const chat = await bob.chatWith(carol);
    await bob.says(chat, 'between us');
    expect(await since(alice, token)).toMatchObject(NOTHING);
  });

  it.each([1, 2, 3, 7])('can be turned in pages of %i', async (limit) => {
    const chats = await times(4, () => alice.groupWith(bob, carol));
    const gone = await alice.groupWith(bob);
    for (const chat of chats) await times(4, (n) => bob.says(chat, `known ${n}`));
    const replica = await Replica.of(bob);
    for (const chat of chats.slice(1)) {
      const [, second, third] = (await bob.reads(chat)).body.items.filter(({ type }) => type === 'text');
      await times(5, (n) => carol.says(chat, `new ${n}`, n === 0 ? { replyToId: second?.id } : {}));
      await bob.edits(chat, third?.id ?? '', 'changed');
      await bob.deletes(chat, second?.id ?? '');
      await carol.marksRead(chat, { seq: 3 });
    }
    await alice.removes(gone, bob);
    await replica.catchesUp(limit);
    expect(replica.show()).toEqual((await Replica.of(bob)).show());
  });

  it('goes by socket as by REST', async () => {
    const chat = await alice.chatWith(bob);
    const token = await now(alice);
    await bob.says(chat, 'hello');
    const device = await alice.connects();
    const answer = await device.asks<SyncPageDto>('sync', { since: token, limit: 1 });
    expect(answer).toMatchObject({ ok: true, data: { messages: [], hasMore: true } });
    const next = answer.ok ? answer.data.next : '';
    const second = await device.asks<SyncPageDto>('sync', { since: next });
    expect(second).toMatchObject({ ok: true, data: { messages: [{ content: 'hello' }], hasMore: false } });
    expect(await device.asks('sync', { since: 'x' })).toMatchObject({
      ok: false,
      error: { code: 'invalid_cursor' },
    });
    expect(await device.asks('sync', {})).toMatchObject({ ok: false, error: { code: 'validation_failed' } });
    device.leaves();
  });

  describe('F15 while a transaction is open', () => {
    let slow: SlowCommit | undefined;
    afterEach(async () => {
      await slow?.end();
      await slow?.close();
      await world.database.query(
        'DROP TRIGGER IF EXISTS slow_commit ON outbox; DROP FUNCTION IF EXISTS wait_to_commit',
      );
    });

    it('passes over nothing, repeats nothing, and goes on', async () => {
      const [held, free] = [await alice.chatWith(bob), await alice.chatWith(carol)];
      const { id } = (await alice.says(held, 'before')).body;
      let token = await now(alice);
      slow = await SlowCommit.of(world.database, held.id);
      const late = [alice.says(held, 'late'), alice.at(1).edits(held, id, 'edited late')];
      // The second waits for the first, which holds the conversation.
      await eventually(async () => expect(await slow?.waiting()).toBe(1));

      for (const n of upTo(5)) {
        await carol.at(1).says(free, `meanwhile ${n}`);
        const page = await since(alice, token);
        expect(page.messages.map(({ content }) => content)).toEqual([`meanwhile ${n}`]);
        token = page.next;
      }
      expect(await since(alice, token)).toMatchObject(NOTHING);

      await slow.end();
      expect((await Promise.all(late)).map(({ status }) => status)).toEqual([201, 200]);
      const page = await since(alice, token);
      expect(page.messages.map(({ content }) => content).sort()).toEqual(['edited late', 'late']);
      expect(page.conversations.map((conversation) => conversation.id)).toEqual([held.id]);
    });

    it('has in its last page what was committed between the first and it', async () => {
      const [held, ...others] = await times(4, () => alice.groupWith(bob));
      const token = await now(alice);
      for (const chat of others) await bob.says(chat, 'on the first pages');
      slow = await SlowCommit.of(world.database, held?.id ?? '');
      const late = bob.says(held as ConversationDto, 'late');
      await eventually(async () => expect(await slow?.waiting()).toBe(1));

      let page = (await alice.syncs({ since: token, limit: 2 })).body;
      await slow.end();
      await late;
      const told = [...page.messages];
      while (page.hasMore) {
        page = (await alice.syncs({ since: page.next, limit: 2 })).body;
        told.push(...page.messages);
      }
      told.push(...(await since(alice, page.next)).messages);
      expect(told.map(({ content }) => content)).toContain('late');
    });
  });

  describe('is refused', () => {
    /** What the service would have made of it. */
    async function sealed(token: SyncToken, who: Person = alice, epoch?: string): Promise<string> {
      const [row] = await world.database.query<{ epoch: string; key: Buffer }>(
        'SELECT epoch, cursor_key AS key FROM cluster',
      );
      const { key, epoch: current } = row as { epoch: string; key: Buffer };
      return sealToken(key, epoch ?? current, { tenantId: NIL, userId: who.id }, token);
    }

    const DAY_MS = 24 * 60 * 60 * 1_000;
    const known = (snapshot: string, daysAgo: number): SyncToken => ({
      kind: 'known',
      known: horizonOf(snapshot, new Date(Date.now() - daysAgo * DAY_MS)),
    });

    it('T02 with the token of somebody else, or one that was altered', async () => {
      const token = await now(alice);
      expectProblem(await bob.syncs({ since: token }), 'invalid_cursor');
      expectProblem(await alice.syncs({ since: `${token.slice(0, -1)}x` }), 'invalid_cursor');
      expectProblem(await alice.syncs({ since: 'a' }), 'invalid_cursor');
      expectProblem(await alice.syncs({ since: '' }), 'invalid_cursor');
      await times(2, () => alice.groupWith(bob));
      const { nextCursor } = (await alice.inbox({ limit: 1 })).body;
      expectProblem(await alice.syncs({ since: nextCursor ?? '' }), 'invalid_cursor');
    });

    it('where the token is from before the retention', async () => {
      expect((await alice.syncs({ since: await sealed(known('3:3:', 89)) })).status).toBe(200);
      expectProblem(await alice.syncs({ since: await sealed(known('3:3:', 91)) }), 'resync_required');
    });

    it('where the token is ahead of the database, which then is an older one', async () => {
      const token = await sealed(known('900000000:900000000:', 0));
      expectProblem(await alice.syncs({ since: token }), 'resync_required');
    });

    it('where the token is of another incarnation of the data', async () => {
      const token = await sealed(known('3:3:', 0), alice, randomUUID());
      expectProblem(await alice.syncs({ since: token }), 'resync_required');
    });

    it('where the data became another under a node that goes on', async () => {
      const token = await now(alice);
      await world.database.query('UPDATE cluster SET epoch = gen_random_uuid()');
      expectProblem(await alice.syncs({ since: token }), 'resync_required');
      expectProblem(await alice.syncs({ since: token }), 'resync_required');
      expect(await since(alice, await now(alice))).toMatchObject(NOTHING);
    });

    it.each(['limit=0', 'limit=501', 'limit=x', 'offset=1', 'since=a&since=b'])(
      'T20 by %s',
      async (query) => {
        expectProblem(await alice.asks('GET', `/v1/sync?${query}`), 'validation_failed');
      },
    );
  });

  it('brings all that was said in a long absence, in order', async () => {
    const chat = await alice.chatWith(bob);
    const token = await now(alice);
    for (const batch of upTo(20)) await times(30, (n) => bob.says(chat, `message ${n} of ${batch}`));
    const seqs: number[] = [];
    let page: SyncPageDto | undefined;
    do {
      page = (await alice.syncs({ since: page?.next ?? token, limit: 77 })).body;
      seqs.push(...page.messages.map(({ seq }) => seq));
    } while (page.hasMore);
    expect(seqs).toEqual(upTo(600));
  });
});
