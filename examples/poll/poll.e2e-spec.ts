import { randomUUID } from 'node:crypto';
import { loadExtensions } from '../../src/extensions';
import type { MessageDto } from '../../src/message-view';
import type { Person } from '../../test/support/chat-client';
import { eventually } from '../../test/support/eventually';
import { expectProblem, expectProblemObject } from '../../test/support/problem';
import type { Answer } from '../../test/support/rest';
import { times } from '../../test/support/times';
import { World } from '../../test/support/world';
import type { PollStandingDto } from './dto/poll-standing.dto';

type Chat = { readonly id: string };
type Fields = Readonly<Record<string, unknown>>;

const TEA = 0;
const COFFEE = 1;
const options = ['Tea', 'Coffee'];

describe('a poll', () => {
  let world: World;
  let alice: Person;
  let bob: Person;
  let chat: Chat;
  beforeAll(async () => {
    // As EXTENSIONS=./examples/poll does.
    world = await World.start({ nodes: 2, extensions: loadExtensions({ modules: ['./examples/poll'] }) });
  });
  beforeEach(async () => {
    [alice, bob] = [world.person('Alice'), world.person('Bob')];
    chat = await alice.chatWith(bob);
  });
  afterAll(() => world.stop());

  it('is asked, voted on at two nodes and counted, and both hear all of it', async () => {
    const devices = [await alice.connects(), await bob.at(1).connects()];
    const poll = await asks(alice);
    expect(poll).toMatchObject({ content: 'What shall we drink?', payload: { options } });

    await votes(alice, poll, TEA);
    await votes(bob.at(1), poll, COFFEE);
    await eventually(async () => expect(await results(poll)).toHaveLength(1));

    const [result] = await results(poll);
    expect(result).toMatchObject({
      senderId: null,
      content: 'Tea: 1\nCoffee: 1',
      payload: { pollId: poll.id, voters: 2, options: [option('Tea', 1), option('Coffee', 1)] },
      replyTo: { id: poll.id },
    });
    for (const device of devices) {
      await eventually(() =>
        expect(device.messages.map(({ type }) => type)).toEqual([
          'poll',
          'poll_vote',
          'poll_vote',
          'poll_result',
        ]),
      );
    }
  });

  it('counts the last vote of each person', async () => {
    const poll = await asks(alice);
    await votes(alice, poll, TEA);
    await votes(alice.at(1), poll, COFFEE);
    expect((await stands(bob, poll)).body).toEqual({
      pollId: poll.id,
      question: 'What shall we drink?',
      options: [option('Tea', 0), option('Coffee', 1)],
      voters: 1,
      closed: false,
    });

    await votes(bob, poll, TEA);
    const [result] = await eventually(async () => {
      const found = await results(poll);
      expect(found).toHaveLength(1);
      return found;
    });
    expect(result?.payload).toMatchObject({ options: [option('Tea', 1), option('Coffee', 1)] });
  });

  it('has one result, however close the last votes come at two nodes', async () => {
    const polls = await times(10, () => asks(alice));
    await Promise.all(polls.flatMap((poll) => [votes(alice, poll, TEA), votes(bob.at(1), poll, TEA)]));
    await everyReactionHasRun();
    for (const poll of polls) expect(await results(poll)).toHaveLength(1);
  });

  it('keeps its result when somebody changes their mind afterwards', async () => {
    const poll = await asks(alice);
    await votes(alice, poll, TEA);
    await votes(bob, poll, TEA);
    await eventually(async () => expect(await results(poll)).toHaveLength(1));

    await votes(bob, poll, COFFEE);
    await everyReactionHasRun();
    expect(await results(poll)).toMatchObject([
      { payload: { options: [option('Tea', 2), option('Coffee', 0)] } },
    ]);
    expect((await stands(alice, poll)).body.options).toEqual([option('Tea', 1), option('Coffee', 1)]);
  });

  it('takes votes by socket, too', async () => {
    const poll = await asks(alice);
    const device = await bob.at(1).connects();
    const vote = { conversationId: chat.id, type: 'poll_vote', payload: { pollId: poll.id, option: COFFEE } };
    expect(await device.asks('send_message', vote)).toMatchObject({ ok: true, data: { type: 'poll_vote' } });
    expect((await stands(alice, poll)).body).toMatchObject({ voters: 1 });

    const refusal = await device.asks('send_message', { ...vote, payload: { pollId: poll.id, option: 2 } });
    expectProblemObject(refusal.ok || refusal.error, 'validation_failed', 'payload.option');
  });

  it('closes at its time, and answers a vote of before as it did then', async () => {
    const poll = await asks(alice, { closesAt: new Date(Date.now() + 1_000).toISOString() });
    const clientMessageId = randomUUID();
    const first = await votes(bob, poll, TEA, { clientMessageId });
    expect(first.status).toBe(201);
    await eventually(async () => expect((await stands(alice, poll)).body.closed).toBe(true));

    expectProblem(await votes(bob, poll, COFFEE), 'validation_failed', 'payload.pollId');
    const again = await votes(bob.at(1), poll, TEA, { clientMessageId });
    expect(again).toMatchObject({ status: 200, body: { id: first.body.id } });
    expect(again.headers['idempotent-replayed']).toBe('true');
    expect((await stands(alice, poll)).body.options).toEqual([option('Tea', 1), option('Coffee', 0)]);
  });

  it.each<[what: string, payload: (poll: MessageDto) => Fields, path: string]>([
    ['without a poll', () => ({ option: TEA }), 'payload.pollId'],
    ['for no option', ({ id }) => ({ pollId: id }), 'payload.option'],
    ['for an option there is not', ({ id }) => ({ pollId: id, option: 2 }), 'payload.option'],
    ['for half an option', ({ id }) => ({ pollId: id, option: 0.5 }), 'payload.option'],
    ['that says more', ({ id }) => ({ pollId: id, option: TEA, why: 'thirst' }), 'payload.why'],
  ])('takes no vote %s', async (_what, payload, path) => {
    const body = { type: 'poll_vote', payload: payload(await asks(alice)) };
    expectProblem(await bob.sends(chat, body), 'validation_failed', path);
  });

  it('takes no vote with words', async () => {
    const poll = await asks(alice);
    expectProblem(await votes(bob, poll, TEA, { content: 'Tea!' }), 'validation_failed', 'content');
  });

  it('is not there for votes elsewhere, nor for strangers', async () => {
    const poll = await asks(alice);
    const carol = world.person('Carol');
    const elsewhere = await carol.chatWith(alice);
    expectProblem(await votes(carol, poll, TEA), 'conversation_not_found');
    expectProblem(await votes(alice, poll, TEA, {}, elsewhere), 'message_not_found');
    expectProblem(await votes(alice, await says('Tea?'), TEA), 'message_not_found');
    expectProblem(await votes(alice, { id: randomUUID() }, TEA), 'message_not_found');

    expectProblem(await stands(carol, poll), 'conversation_not_found');
    expectProblem(await stands(alice, await says('Tea?')), 'message_not_found');
    expectProblem(await stands(alice, { id: randomUUID() }), 'message_not_found');
    expectProblem(await stands(alice, { id: 'tea' }), 'validation_failed', 'pollId');
  });

  it('has no result but the one that the service counts', async () => {
    const poll = await asks(alice);
    const payload = { pollId: poll.id, options: [option('Tea', 9)], voters: 9 };
    const made = { type: 'poll_result', content: 'Tea: 9', payload };
    expectProblem(await alice.sends(chat, made), 'validation_failed', 'type');
  });

  async function asks(person: Person, more: Fields = {}): Promise<MessageDto> {
    const question = { type: 'poll', content: 'What shall we drink?', payload: { options, ...more } };
    const { status, body } = await person.sends(chat, question);
    expect(status).toBe(201);
    return body;
  }

  async function says(content: string): Promise<MessageDto> {
    return (await alice.says(chat, content)).body;
  }

  function votes(
    person: Person,
    poll: { readonly id: string },
    option: number,
    more: Fields = {},
    where = chat,
  ): Promise<Answer<MessageDto>> {
    return person.sends(where, { type: 'poll_vote', payload: { pollId: poll.id, option }, ...more });
  }

  function stands(person: Person, poll: { readonly id: string }): Promise<Answer<PollStandingDto>> {
    return person.asks('GET', `/v1/conversations/${chat.id}/polls/${poll.id}`);
  }

  async function results(poll: MessageDto): Promise<MessageDto[]> {
    const { items } = (await alice.reads(chat, { after: poll.seq, limit: 100 })).body;
    return items.filter(({ type, payload }) => type === 'poll_result' && payload?.['pollId'] === poll.id);
  }

  /** A node's reactions keep their order: once a poll that comes later has its result, none is behind. */
  async function everyReactionHasRun(): Promise<void> {
    for (const node of world.nodeUrls.keys()) {
      const poll = await asks(alice);
      await votes(alice.at(node), poll, TEA);
      await votes(bob.at(node), poll, TEA);
      await eventually(async () => expect(await results(poll)).toHaveLength(1));
    }
  }
});

describe('where the extension is not switched on', () => {
  let world: World;
  beforeAll(async () => {
    world = await World.start();
  });
  afterAll(() => world.stop());

  it('a poll is no type of message, and has no route', async () => {
    const alice = world.person('Alice');
    const chat = await alice.chatWith(world.person('Bob'));
    const poll = { type: 'poll', content: 'What shall we drink?', payload: { options } };
    expectProblem(await alice.sends(chat, poll), 'validation_failed', 'type');
    const standing = `/v1/conversations/${chat.id}/polls/${randomUUID()}`;
    expectProblem(await alice.asks('GET', standing), 'not_found');
  });
});

function option(text: string, votes: number): { text: string; votes: number } {
  return { text, votes };
}
