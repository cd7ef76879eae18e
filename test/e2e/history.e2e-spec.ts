import { randomUUID } from 'node:crypto';
import type { ConversationDto } from '../../src/conversations/dto/conversation.dto';
import type { Person } from '../support/chat-client';
import { expectProblem } from '../support/problem';
import { times, upTo } from '../support/times';
import { World } from '../support/world';

describe('the history of a conversation', () => {
  let world: World;
  let alice: Person;
  let bob: Person;
  let chat: ConversationDto;
  beforeAll(async () => {
    world = await World.start();
    [alice, bob] = [world.person('Alice'), world.person('Bob')];
    chat = await alice.chatWith(bob);
    await times(60, (index) => (index % 2 === 0 ? alice : bob).says(chat, `message ${index}`));
  });
  afterAll(() => world.stop());

  const fromTo = (first: number, last: number): number[] => upTo(last).slice(first - 1);

  it.each([
    ['the newest 50, unless asked otherwise', {}, fromTo(11, 60), true],
    ['the newest', { limit: 2 }, [59, 60], true],
    ['up to 100', { limit: 100 }, fromTo(1, 60), false],
    ['those before a seq', { before: 59, limit: 3 }, [56, 57, 58], true],
    ['those before a seq, to the first', { before: 4, limit: 3 }, [1, 2, 3], false],
    ['none before the first', { before: 1 }, [], false],
    ['those before a seq that is not there yet', { before: 1_000, limit: 2 }, [59, 60], true],
    ['those after a seq', { after: 10, limit: 3 }, [11, 12, 13], true],
    ['those after a seq, to the last', { after: 57, limit: 3 }, [58, 59, 60], false],
    ['all from the first', { after: 0, limit: 2 }, [1, 2], true],
    ['none after the last', { after: 60 }, [], false],
    ['none after a seq that is not there yet', { after: 9_007_199_254_740_991 }, [], false],
    ['those below the newest few', { offset: 10, limit: 2 }, [49, 50], true],
    ['the newest at offset 0', { offset: 0, limit: 2 }, [59, 60], true],
    ['none below all', { offset: 60 }, [], false],
  ])('shows %s', async (_what, query, seqs, hasMore) => {
    const { status, body } = await bob.reads(chat, query);
    expect(status).toBe(200);
    expect(body.items.map(({ seq }) => seq)).toEqual(seqs);
    expect(body.hasMore).toBe(hasMore);
  });

  it('can be walked through either way, each message once', async () => {
    const forwards: number[] = [];
    for (let hasMore = true; hasMore;) {
      const page = (await alice.reads(chat, { after: forwards.at(-1) ?? 0, limit: 7 })).body;
      forwards.push(...page.items.map(({ seq }) => seq));
      hasMore = page.hasMore;
    }
    const backwards: number[] = [];
    for (let hasMore = true; hasMore;) {
      const page = (await alice.reads(chat, { before: backwards[0] ?? 61, limit: 7 })).body;
      backwards.unshift(...page.items.map(({ seq }) => seq));
      hasMore = page.hasMore;
    }
    expect(forwards).toEqual(upTo(60));
    expect(backwards).toEqual(upTo(60));
  });

  it.each([
    ['limit=0', 'limit'],
    ['limit=101', 'limit'],
    ['limit=abc', 'limit'],
    ['limit=', 'limit'],
    ['limit=1e1', 'limit'],
    ['limit=1.5', 'limit'],
    ['limit=1&limit=2', 'limit'],
    ['limit[]=1', 'limit[]'],
    ['before=-1', 'before'],
    ['after=x', 'after'],
    ['offset=-1', 'offset'],
    ['offset=99999999999', 'offset'],
    ['before=5&after=1', 'after'],
    ['before=5&offset=1', 'offset'],
    ['after=5&offset=1', 'offset'],
    ['since=1', 'since'],
  ])('T20 is not shown by %s', async (query, path) => {
    const answer = await alice.asks('GET', `/v1/conversations/${chat.id}/messages?${query}`);
    expectProblem(answer, 'validation_failed', path);
  });

  it('gives out single messages, the same as in a page', async () => {
    const [message] = (await bob.reads(chat, { after: 6, limit: 1 })).body.items;
    expect((await bob.finds(chat, message?.id ?? '')).body).toEqual(message);
  });

  it('T02 has no message of another conversation, nor one that never was', async () => {
    const elsewhere = await alice.chatWith(world.person('Carol'));
    const other = (await alice.says(elsewhere, 'not here')).body;
    expectProblem(await alice.finds(chat, other.id), 'message_not_found');
    expectProblem(await alice.finds(chat, randomUUID()), 'message_not_found');
    expectProblem(await alice.finds(chat, '1'), 'validation_failed', 'messageId');
  });
});
