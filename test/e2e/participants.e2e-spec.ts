import { randomUUID } from 'node:crypto';
import type { Person } from '../support/chat-client';
import { eventually } from '../support/eventually';
import { TIME } from '../support/patterns';
import { expectProblem } from '../support/problem';
import { times, upTo } from '../support/times';
import { World } from '../support/world';

describe('the people of a group', () => {
  let world: World;
  let alice: Person;
  let bob: Person;
  let carol: Person;
  beforeAll(async () => {
    world = await World.start({ nodes: 2 });
  });
  beforeEach(() => {
    world.kaha.behave({ kind: 'ok' });
    [alice, bob, carol] = [world.person('Alice'), world.person('Bob'), world.person('Carol')];
  });
  afterAll(() => world.stop());

  const rolesIn = async (chat: { id: string }, viewer: Person) =>
    Object.fromEntries((await viewer.sees(chat)).body.participants.map(({ userId, role }) => [userId, role]));
  const saidTo = async (viewer: Person, chat: { id: string }) =>
    (await viewer.reads(chat)).body.items.map(({ content }) => content);

  it('are taken in by an admin, and read it from then on', async () => {
    const chat = await alice.groupWith(bob);
    await alice.says(chat, 'before');
    const { status, body } = await alice.at(1).adds(chat, carol);
    expect(status).toBe(201);
    expect(body).toEqual({
      userId: carol.id,
      role: 'member',
      profile: expect.objectContaining({ id: carol.id, name: 'Carol' }),
      joinedAt: expect.stringMatching(TIME),
      lastReadSeq: 1,
      lastDeliveredSeq: 1,
    });
    await alice.says(chat, 'after');
    expect(await saidTo(carol, chat)).toEqual(['joined', 'after']);
    expect(await saidTo(bob, chat)).toEqual(['before', 'joined', 'after']);
    expect((await carol.inbox()).body.items).toMatchObject([{ id: chat.id, unreadCount: 1, lastSeq: 3 }]);
  });

  it('are told who came, by a message of the service that counts as unread for nobody', async () => {
    const chat = await alice.groupWith(bob);
    await alice.adds(chat, carol, 'admin');
    const { items } = (await bob.reads(chat)).body;
    expect(items).toMatchObject([
      {
        type: 'system',
        senderId: null,
        content: 'joined',
        payload: { action: 'joined', userId: carol.id, byUserId: alice.id },
        seq: 1,
        rev: 3,
      },
    ]);
    expect((await bob.sees(chat)).body).toMatchObject({ rev: 3, lastSeq: 1, unreadCount: 0 });
    expect(await rolesIn(chat, bob)).toEqual({
      [alice.id]: 'admin',
      [bob.id]: 'member',
      [carol.id]: 'admin',
    });
  });

  it('hear of everybody who comes and goes, at every node, and who was removed hears nothing after that', async () => {
    const chat = await alice.groupWith(bob);
    const [ofBob, ofCarol] = [await bob.at(1).connects(), await carol.at(1).connects()];
    await alice.adds(chat, carol);
    await eventually(() => expect(ofCarol.messages).toHaveLength(1));
    await alice.removes(chat, carol);
    await alice.says(chat, 'she is gone');
    await eventually(() => expect(ofBob.messages.map(({ content }) => content)).toContain('she is gone'));
    const carolHere = { conversationId: chat.id, userId: carol.id, role: 'member' };
    for (const device of [ofBob, ofCarol]) {
      expect(device.heard('participant_added')).toEqual([carolHere]);
      expect(device.heard('participant_removed')).toEqual([carolHere]);
    }
    expect(ofBob.messages.map(({ content, rev }) => [content, rev])).toEqual([
      ['joined', 3],
      ['removed', 5],
      ['she is gone', 6],
    ]);
    expect(ofCarol.happenings).toEqual(['ready', 'participant_added', 'new_message', 'participant_removed']);
    ofBob.leaves();
    ofCarol.leaves();
  });

  it('read nothing of the time they were away', async () => {
    const chat = await alice.groupWith(bob, carol);
    await alice.says(chat, 'all of us');
    await carol.removes(chat, carol);
    await alice.says(chat, 'without her');
    expectProblem(await carol.reads(chat), 'conversation_not_found');
    expectProblem(await carol.sees(chat), 'conversation_not_found');
    expectProblem(await carol.says(chat, 'hello?'), 'conversation_not_found');
    expect((await carol.inbox()).body.items).toEqual([]);
    await alice.adds(chat, carol);
    expect(await saidTo(carol, chat)).toEqual(['all of us', 'joined']);
    expect((await carol.sees(chat)).body).toMatchObject({ unreadCount: 0 });
    expect(await saidTo(bob, chat)).toEqual(['all of us', 'left', 'without her', 'joined']);
  });

  it('T24 have said nothing after their removal, however fast they write at two nodes', async () => {
    const chat = await alice.groupWith(bob, carol);
    const sending = times(60, (n) => carol.at(n % 2).says(chat, `${n}`));
    const removed = await alice.removes(chat, carol);
    expect(removed.status).toBe(204);
    const late = await times(20, (n) => carol.at(n % 2).says(chat, 'late'));
    for (const answer of late) expectProblem(answer, 'conversation_not_found');
    const sent = (await sending).filter(({ status }) => status === 201);
    const { items } = (await bob.reads(chat, { limit: 100 })).body;
    const removal = items.findIndex(({ content }) => content === 'removed');
    expect(items.slice(removal + 1)).toEqual([]);
    expect(items.slice(0, removal).map(({ id }) => id)).toEqual(
      expect.arrayContaining(sent.map(({ body }) => body.id)),
    );
    expect(removal).toBe(sent.length);
  });

  it('may leave, each for themselves', async () => {
    const chat = await alice.groupWith(bob, carol);
    expect((await bob.removes(chat, bob)).status).toBe(204);
    expect(await rolesIn(chat, carol)).toEqual({ [alice.id]: 'admin', [carol.id]: 'member' });
    expect((await carol.reads(chat)).body.items).toMatchObject([
      { type: 'system', content: 'left', payload: { action: 'left', userId: bob.id } },
    ]);
    expectProblem(await bob.removes(chat, bob), 'conversation_not_found');
  });

  it('have the longest-standing of them for an admin when the last one leaves', async () => {
    const chat = await alice.groupWith(bob);
    await alice.adds(chat, carol);
    const device = await carol.connects();
    await alice.removes(chat, alice);
    expect(await rolesIn(chat, carol)).toEqual({ [bob.id]: 'admin', [carol.id]: 'member' });
    await eventually(() => expect(device.heard('conversation_updated')).toHaveLength(1));
    expect(device.heard('conversation_updated')[0]?.conversation.participants).toMatchObject([
      { userId: bob.id, role: 'admin', profile: { name: 'Bob' } },
      { userId: carol.id, role: 'member' },
    ]);
    device.leaves();
  });

  it('may all leave', async () => {
    const chat = await alice.groupWith(bob);
    expect((await alice.removes(chat, alice)).status).toBe(204);
    expect((await bob.removes(chat, bob)).status).toBe(204);
    for (const one of [alice, bob]) expectProblem(await one.sees(chat), 'conversation_not_found');
  });

  it('are made admins by admins, and the last one stays one', async () => {
    const chat = await alice.groupWith(bob);
    expect(await alice.makes(chat, bob, 'admin')).toMatchObject({
      status: 200,
      body: { userId: bob.id, role: 'admin' },
    });
    expect(await bob.makes(chat, alice, 'member')).toMatchObject({ status: 200, body: { role: 'member' } });
    expectProblem(await bob.makes(chat, bob, 'member'), 'last_admin');
    expect(await rolesIn(chat, alice)).toEqual({ [alice.id]: 'member', [bob.id]: 'admin' });
  });

  it('are what they were before already, without anything changing', async () => {
    const chat = await alice.groupWith(bob);
    expect((await alice.makes(chat, bob, 'member')).status).toBe(200);
    expect((await alice.makes(chat, alice, 'admin')).status).toBe(200);
    expect((await bob.sees(chat)).body.rev).toBe(1);
  });

  it('T30 who are no admins change nobody but themselves', async () => {
    const chat = await alice.groupWith(bob, carol);
    expectProblem(await bob.adds(chat, world.person('Dave')), 'insufficient_role');
    expectProblem(await bob.removes(chat, carol), 'insufficient_role');
    expectProblem(await bob.removes(chat, alice), 'insufficient_role');
    expectProblem(await bob.makes(chat, bob, 'admin'), 'insufficient_role');
    expect((await bob.sees(chat)).body).toMatchObject({ rev: 1, participants: { length: 3 } });
  });

  it('T01 T26 can not be told by outsiders, nor that there are any', async () => {
    const chat = await alice.groupWith(bob);
    const nowhere = { id: randomUUID() };
    for (const act of [
      (where: { id: string }) => carol.adds(where, carol),
      (where: { id: string }) => carol.makes(where, bob, 'admin'),
      (where: { id: string }) => carol.removes(where, bob),
      (where: { id: string }) => carol.removes(where, carol),
    ]) {
      const [here, there] = [await act(chat), await act(nowhere)];
      expectProblem(here, 'conversation_not_found');
      const { instance: _here, traceId: _one, ...problem } = here.body as Record<string, unknown>;
      expect(there.body).toMatchObject(problem);
    }
  });

  it('are each there once', async () => {
    const chat = await alice.groupWith(bob);
    expectProblem(await alice.adds(chat, bob), 'already_participant');
    expectProblem(await alice.adds(chat, alice), 'already_participant');
    expectProblem(await alice.removes(chat, carol), 'user_not_found');
    expectProblem(await alice.makes(chat, carol, 'admin'), 'user_not_found');
  });

  it('T24 are eight at most, also when all come at once at two nodes', async () => {
    const chat = await alice.groupWith(bob);
    const crowd = upTo(20).map((n) => world.person(`Person ${n}`));
    const answers = await Promise.all(crowd.map((one, n) => alice.at(n % 2).adds(chat, one)));
    expect(answers.filter(({ status }) => status === 201)).toHaveLength(6);
    for (const answer of answers.filter(({ status }) => status !== 201)) expectProblem(answer, 'group_full');
    const { participants, lastSeq, rev } = (await bob.sees(chat)).body;
    expect({ people: participants.length, lastSeq, rev }).toEqual({ people: 8, lastSeq: 6, rev: 13 });
  });

  it('T24 keep an admin, also when both of them step down at once', async () => {
    for (let round = 0; round < 5; round++) {
      const chat = await alice.groupWith(bob, carol);
      await alice.makes(chat, bob, 'admin');
      const answers = await Promise.all([
        alice.makes(chat, alice, 'member'),
        bob.at(1).makes(chat, bob, 'member'),
      ]);
      expect(answers.map(({ status }) => status).sort()).toEqual([200, 409]);
      expect(Object.values(await rolesIn(chat, carol)).filter((role) => role === 'admin')).toHaveLength(1);
    }
  });

  it('are not taken in from nowhere', async () => {
    const chat = await alice.groupWith(bob);
    const nobody = { id: randomUUID() };
    expectProblem(await alice.adds(chat, nobody), 'user_not_found');
    world.kaha.behave({ kind: 'hang' });
    expect((await alice.adds(chat, nobody)).status).toBe(201);
  });

  it.each([
    ['no role there is', { userId: randomUUID(), role: 'owner' }, 'role'],
    ['nobody', {}, 'userId'],
    ['no UUID', { userId: 'bob' }, 'userId'],
    ['a list', { userId: [randomUUID()] }, 'userId'],
    ['more than it takes', { userId: randomUUID(), isMuted: true }, 'isMuted'],
  ])('are refused with %s', async (_what, body, path) => {
    const chat = await alice.groupWith(bob);
    const answer = await alice.asks('POST', `/v1/conversations/${chat.id}/participants`, { body });
    expectProblem(answer, 'validation_failed', path);
  });

  it('come and go in groups only', async () => {
    const chat = await alice.chatWith(bob);
    expectProblem(await alice.adds(chat, carol), 'wrong_conversation_type');
    expectProblem(await alice.makes(chat, bob, 'admin'), 'wrong_conversation_type');
    expectProblem(await alice.removes(chat, alice), 'wrong_conversation_type');
    expect((await bob.sees(chat)).body).toMatchObject({ rev: 1, participants: { length: 2 } });
  });
});
