import { randomUUID } from 'node:crypto';
import { Client } from 'pg';
import type { BlockPageDto } from '../../src/users/blocks/block.dto';
import type { Person } from '../support/chat-client';
import { TIME } from '../support/patterns';
import { expectProblem, expectProblemObject } from '../support/problem';
import type { Answer } from '../support/rest';
import { World } from '../support/world';

describe('blocks', () => {
  let world: World;
  let alice: Person;
  let bob: Person;
  beforeAll(async () => {
    world = await World.start({ nodes: 2 });
  });
  beforeEach(() => {
    world.kaha.behave({ kind: 'ok' });
    [alice, bob] = [world.person('Alice'), world.person('Bob')];
  });
  afterAll(() => world.stop());

  const blocks = (blocker: Person, { id }: { id: string }) =>
    blocker.asks('PUT', `/v1/users/me/blocks/${id}`);
  const unblocks = (blocker: Person, { id }: { id: string }) =>
    blocker.asks('DELETE', `/v1/users/me/blocks/${id}`);
  const blocked = (blocker: Person, query = ''): Promise<Answer<BlockPageDto>> =>
    blocker.asks('GET', `/v1/users/me/blocks${query}`);

  it('are set and taken away, as often as one likes', async () => {
    for (const node of [0, 1]) {
      const { status, body } = await blocks(alice.at(node), bob);
      expect([status, body]).toEqual([204, '']);
    }
    const { status, body } = await blocked(alice);
    expect(status).toBe(200);
    expect(body).toEqual({
      items: [{ userId: bob.id, blockedAt: expect.stringMatching(TIME) }],
      nextCursor: null,
    });
    expect((await blocked(bob)).body.items).toEqual([]);
    for (const node of [0, 1]) expect((await unblocks(alice.at(node), bob)).status).toBe(204);
    expect((await blocked(alice)).body.items).toEqual([]);
  });

  it('can be taken away from somebody who never had one', async () => {
    expect((await unblocks(alice, { id: randomUUID() })).status).toBe(204);
  });

  it('are not for oneself, nor for whom a healthy upstream does not know', async () => {
    expectProblem(await blocks(alice, alice), 'validation_failed', 'userId');
    expectProblem(await blocks(alice, { id: alice.id.toUpperCase() }), 'validation_failed', 'userId');
    expectProblem(await blocks(alice, { id: randomUUID() }), 'user_not_found');
    expectProblem(await blocks(alice, { id: 'bob' }), 'validation_failed', 'userId');
    expectProblem(await unblocks(alice, { id: 'bob' }), 'validation_failed', 'userId');
    expect((await blocked(alice)).body.items).toEqual([]);
  });

  it('are for anybody while upstream is away', async () => {
    world.kaha.behave({ kind: 'status', status: 503 });
    expect((await blocks(alice, { id: randomUUID() })).status).toBe(204);
    expect((await blocked(alice)).body.items).toHaveLength(1);
  });

  it('are listed newest first, page by page, also where many were set in one moment', async () => {
    const people = Array.from({ length: 5 }, (_, n) => world.person(`Person ${n}`));
    for (const person of people) await blocks(alice, person);
    const db = new Client({ connectionString: world.database.url });
    await db.connect();
    await db.query(
      `UPDATE blocks SET blocked_at = '2026-06-01T12:00:00.123456Z' WHERE blocked_uuid = ANY ($1)`,
      [people.slice(0, 3).map(({ id }) => id)],
    );
    await db.end();
    const oldest = people
      .slice(0, 3)
      .map(({ id }) => id)
      .sort()
      .reverse();
    const newestFirst = [people[4]?.id, people[3]?.id, ...oldest];
    for (const limit of [1, 2, 3, 5, 100]) {
      const seen: string[] = [];
      for (let cursor: string | null = ''; cursor !== null;) {
        const query: string = cursor === '' ? '' : `&cursor=${cursor}`;
        const { body }: Answer<BlockPageDto> = await blocked(alice, `?limit=${limit}${query}`);
        expect(body.items.length).toBeLessThanOrEqual(limit);
        seen.push(...body.items.map(({ userId }) => userId));
        cursor = body.nextCursor;
      }
      expect(seen).toEqual(newestFirst);
    }
  });

  it.each(['0', '101', '-1', '1.5', 'x', ''])('are not listed %s at a time', async (limit) => {
    expectProblem(await blocked(alice, `?limit=${limit}`), 'validation_failed', 'limit');
  });

  it('T02 are not listed from a place that was told to another, for another list, or to nobody', async () => {
    for (const person of [bob, world.person('Carol')]) await blocks(alice, person);
    const { nextCursor } = (await blocked(alice, '?limit=1')).body;
    expect((await blocked(alice, `?cursor=${nextCursor}`)).body.items).toHaveLength(1);
    expectProblem(await blocked(bob, `?cursor=${nextCursor}`), 'invalid_cursor');
    expectProblem(await blocked(alice, `?cursor=${nextCursor}A`), 'invalid_cursor');
    expectProblem(await blocked(alice, '?cursor='), 'invalid_cursor');
    expectProblem(await alice.inbox({ cursor: nextCursor ?? '' }), 'invalid_cursor');
  });

  it('keep both from writing to each other, by either door, until they are taken away', async () => {
    const chat = await alice.chatWith(bob);
    const his = await bob.at(1).connects();
    await alice.says(chat, 'before');
    await blocks(alice, bob);
    expectProblem(await bob.at(1).says(chat, 'why?'), 'blocked');
    expectProblem(await alice.says(chat, 'because'), 'blocked');
    const refused = await his.says(chat, 'why?');
    expectProblemObject(refused.ok ? undefined : refused.error, 'blocked');
    expect((await bob.reads(chat)).body.items.map(({ content }) => content)).toEqual(['before']);

    await unblocks(alice.at(1), bob);
    expect((await bob.says(chat, 'thanks')).status).toBe(201);
    expect((await alice.says(chat, 'well')).status).toBe(201);
    his.leaves();
  });

  it('keep the blocked one from opening a conversation, new or not, and not the other', async () => {
    await blocks(alice, bob);
    expectProblem(await bob.opens(alice), 'blocked');
    expect((await bob.inbox()).body.items).toEqual([]);
    const { status, body: chat } = await alice.opens(bob);
    expect(status).toBe(201);
    expectProblem(await bob.at(1).opens(alice), 'blocked');
    expect((await alice.opens(bob)).status).toBe(200);
    // It is there to be read all the same.
    expect((await bob.sees(chat)).status).toBe(200);
    await unblocks(alice, bob);
    expect((await bob.opens(alice)).body.id).toBe(chat.id);
  });

  it('hide from the blocked one how far the other has got, wherever they look, and nothing from the other', async () => {
    const chat = await alice.chatWith(bob);
    const clientMessageId = randomUUID();
    const question = (await bob.says(chat, 'are you there?', { clientMessageId })).body;
    await alice.says(chat, 'I am');
    const answer = (await alice.says(chat, 'and you?')).body;
    await bob.asks('POST', `/v1/conversations/${chat.id}/read`, { body: { seq: answer.seq } });

    const marksOf = async (of: Person, seenBy: Person) => {
      const [inbox] = (await seenBy.inbox()).body.items;
      return [(await seenBy.sees(chat)).body, inbox].map((seen) => {
        const person = seen?.participants.find(({ userId }) => userId === of.id);
        return [person?.lastReadSeq, person?.lastDeliveredSeq];
      });
    };
    const statuses = async () => [
      (await bob.finds(chat, question.id)).body.status,
      (await bob.reads(chat)).body.items[0]?.status,
      (await bob.says(chat, 'are you there?', { clientMessageId })).body.status,
    ];
    const [all, none] = [
      [3, 3],
      [null, 0],
    ];
    expect(await statuses()).toEqual(['read', 'read', 'read']);
    expect(await marksOf(alice, bob)).toEqual([all, all]);

    await blocks(alice, bob);
    expect(await statuses()).toEqual(['sent', 'sent', 'sent']);
    expect(await marksOf(alice, bob)).toEqual([none, none]);
    expect(await marksOf(bob, bob)).toEqual([all, all]);
    expect(await marksOf(bob, alice)).toEqual([all, all]);
    expect(await marksOf(alice, alice)).toEqual([all, all]);
    expect((await alice.finds(chat, answer.id)).body.status).toBe('read');
    expect((await alice.inbox()).body.items[0]?.lastMessage?.status).toBe('read');

    await unblocks(alice, bob);
    expect(await statuses()).toEqual(['read', 'read', 'read']);
    expect(await marksOf(alice, bob)).toEqual([all, all]);
  });

  it('hide it in the inbox of the blocked one, whose word was the last', async () => {
    const chat = await alice.chatWith(bob);
    const { seq } = (await bob.says(chat, 'are you there?')).body;
    await alice.asks('POST', `/v1/conversations/${chat.id}/read`, { body: { seq } });
    const status = async () => (await bob.inbox()).body.items[0]?.lastMessage?.status;
    expect(await status()).toBe('read');
    await blocks(alice, bob);
    expect(await status()).toBe('sent');
  });

  it('change nothing in a group', async () => {
    const { body: group, status } = await alice.asks<{ id: string }>('POST', '/v1/conversations', {
      body: { type: 'group', participantIds: [bob.id] },
    });
    expect(status).toBe(201);
    await blocks(alice, bob);
    expect((await bob.says(group, 'hello')).status).toBe(201);
    const answer = (await alice.says(group, 'hello')).body;
    await bob.asks('POST', `/v1/conversations/${group.id}/read`, { body: { seq: answer.seq } });
    expect((await alice.finds(group, answer.id)).body.status).toBe('read');
    const { participants } = (await bob.sees(group)).body;
    expect(participants.find(({ userId }) => userId === alice.id)?.lastReadSeq).toBe(answer.seq);
  });

  it('are of one tenant', async () => {
    const tenantId = randomUUID();
    const [alice2, bob2] = [alice, bob].map(({ name, id }) => world.person(name, { id, tenantId })) as [
      Person,
      Person,
    ];
    await blocks(alice, bob);
    expect((await blocked(alice2)).body.items).toEqual([]);
    expect((await bob2.opens(alice2)).status).toBe(201);
  });
});
