import { randomUUID } from 'node:crypto';
import type { ChatExtension } from '../../src/extensions';
import { loadExtensions } from '../../src/extensions';
import { eventually } from '../../test/support/eventually';
import { expectProblem, expectProblemObject } from '../../test/support/problem';
import { World } from '../../test/support/world';
import { WordFilterModule } from './word-filter.module';

describe('the word filter, set to mask', () => {
  let world: World;
  beforeAll(async () => {
    process.env['WORD_FILTER_WORDS'] = 'damn';
    // As EXTENSIONS=./examples/word-filter does.
    world = await World.start({ extensions: loadExtensions({ modules: ['./examples/word-filter'] }) });
  });
  afterAll(async () => {
    delete process.env['WORD_FILTER_WORDS'];
    await world.stop();
  });

  it('stores and tells a message with stars, whichever door it came by', async () => {
    const [alice, bob] = [world.person('Alice'), world.person('Bob')];
    const chat = await alice.chatWith(bob);
    const [hers, his] = [await alice.connects(), await bob.connects()];

    expect(await alice.says(chat, 'Damn it!')).toMatchObject({ status: 201, body: { content: '**** it!' } });
    expect(await hers.says(chat, 'oh damn')).toMatchObject({ ok: true, data: { content: 'oh ****' } });

    await eventually(() =>
      expect(his.messages.map(({ content }) => content)).toEqual(['**** it!', 'oh ****']),
    );
    const { items } = (await bob.reads(chat)).body;
    expect(items.map(({ content }) => content)).toEqual(['**** it!', 'oh ****']);
  });

  it('answers the same message again as it did at first', async () => {
    const alice = world.person('Alice');
    const chat = await alice.chatWith(world.person('Bob'));
    const clientMessageId = randomUUID();
    const first = await alice.says(chat, 'damn', { clientMessageId });
    const again = await alice.says(chat, 'damn', { clientMessageId });
    expect(again).toMatchObject({ status: 200, body: { id: first.body.id, content: '****' } });
    expectProblem(await alice.says(chat, '****', { clientMessageId }), 'idempotency_key_reused');
  });
});

describe('the word filter, set to refuse', () => {
  const words = ['damn'];
  const extension: ChatExtension = {
    name: 'word-filter',
    module: WordFilterModule.with({ words, mode: 'refuse' }),
  };
  let world: World;
  beforeAll(async () => {
    world = await World.start({ extensions: [extension] });
  });
  afterAll(() => world.stop());

  it('stores no message with a listed word, whichever door it comes by', async () => {
    const alice = world.person('Alice');
    const chat = await alice.chatWith(world.person('Bob'));
    const device = await alice.connects();

    expectProblem(await alice.says(chat, 'Damn it!'), 'message_refused');
    const answer = await device.says(chat, 'oh damn');
    expectProblemObject(answer.ok || answer.error, 'message_refused');
    expect((await alice.says(chat, 'oh dear')).status).toBe(201);
    expect((await alice.reads(chat)).body.items).toMatchObject([{ seq: 1, content: 'oh dear' }]);
  });

  it('is not got around by an edit, whichever door it comes by', async () => {
    const alice = world.person('Alice');
    const chat = await alice.chatWith(world.person('Bob'));
    const device = await alice.connects();
    const { body: sent } = await alice.says(chat, 'dear');

    expectProblem(await alice.edits(chat, sent.id, 'damn'), 'message_refused');
    const edit = { conversationId: chat.id, messageId: sent.id, content: 'damn' };
    const answer = await device.asks('edit_message', edit);
    expectProblemObject(answer.ok || answer.error, 'message_refused');
    expect((await alice.finds(chat, sent.id)).body).toEqual(sent);
  });

  it('answers again what was stored before its list became longer', async () => {
    const alice = world.person('Alice');
    const chat = await alice.chatWith(world.person('Bob'));
    const clientMessageId = randomUUID();
    const { body } = await alice.says(chat, 'blast', { clientMessageId });

    words.push('blast');
    const stricter = alice.at(await world.startNode());
    expectProblem(await stricter.says(chat, 'blast'), 'message_refused');
    const again = await stricter.says(chat, 'blast', { clientMessageId });
    expect(again).toMatchObject({ status: 200, body: { id: body.id, content: 'blast' } });
  });
});
