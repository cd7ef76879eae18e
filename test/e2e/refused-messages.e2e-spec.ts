import type { ConversationDto } from '../../src/conversations/dto/conversation.dto';
import type { Person } from '../support/chat-client';
import { expectProblem } from '../support/problem';
import { REFUSED_BODIES } from '../support/refused-bodies';
import { World } from '../support/world';

describe('T03 T16 a message that is not one', () => {
  let world: World;
  let alice: Person;
  let chat: ConversationDto;
  beforeAll(async () => {
    world = await World.start();
    alice = world.person('Alice');
    chat = await alice.chatWith(world.person('Bob'));
  });
  afterAll(() => world.stop());

  it.each(REFUSED_BODIES)('is refused: %s', async (_what, body, path) => {
    expectProblem(await alice.sends(chat, body), 'validation_failed', ...(path === '' ? [] : [path]));
    expect(Object.prototype).not.toHaveProperty('polluted');
    expect((await alice.reads(chat)).body.items).toEqual([]);
  });

  const nested = (open: string, close: string): string => `${open.repeat(40_000)}1${close.repeat(40_000)}`;
  it.each([
    ['lists in lists', `{"content":${nested('[', ']')}}`],
    ['objects in objects', `{"content":"x","metadata":${nested('{"a":', '}')}}`],
  ])('is refused: %s without end', async (_what, body) => {
    expectProblem(await alice.sends(chat, body), 'validation_failed');
  });

  it('is refused with all that is wrong with it', async () => {
    const body = { content: 1, metadata: [], colour: 'red' };
    expectProblem(await alice.sends(chat, body), 'validation_failed', 'content', 'metadata', 'colour');
  });
});
