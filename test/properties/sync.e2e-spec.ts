import { setTimeout as delay } from 'node:timers/promises';
import type { ConversationDto } from '../../src/conversations/dto/conversation.dto';
import type { MessageDto } from '../../src/message-view';
import type { Person } from '../support/chat-client';
import { eventually } from '../support/eventually';
import type { Answer } from '../support/rest';
import { SeededRandom } from '../support/openapi/seeded-random';
import { Replica } from '../support/sync/replica';
import { SlowCommit } from '../support/sync/slow-commit';
import { times, upTo } from '../support/times';
import { World } from '../support/world';

/** Another one makes another history: `PROPERTY_SEED=2 npx jest --selectProjects e2e -- test/properties/sync`. */
const SEED = Number(process.env['PROPERTY_SEED'] ?? 1);
const CHAPTERS = 4;
const WRITERS = 4;
const DEEDS_OF_EACH = 25;
/** Transactions of one of the groups are kept open this long, again and again. */
const STALL_MS = 150;
/** Messages that are still to expire do so within that. */
const SETTLED_WITHIN_MS = 10_000;

/** Whoever knew everything once, and only ever syncs, knows what somebody does who reads everything now. */
describe(`what is known by sync alone after a random history (seed ${SEED})`, () => {
  const random = new SeededRandom(SEED);
  let world: World;
  let people: Person[];
  let founder: Person;
  let direct: ConversationDto;
  let groups: ConversationDto[];
  let slow: SlowCommit;
  let replicas: Replica[];
  beforeAll(async () => {
    world = await World.start({ nodes: 2 });
    people = upTo(4).map((n) => world.person(`Person ${n}`));
    founder = people[0] as Person;
    const others = people.slice(1);
    direct = await founder.chatWith(others[0] as Person);
    groups = [await founder.groupWith(...others), await founder.groupWith(...others.slice(1))];
    slow = await SlowCommit.of(world.database, (groups[1] as ConversationDto).id);
    await slow.end();
    replicas = await Promise.all(people.map((person) => Replica.of(person)));
  });
  afterAll(async () => {
    await slow.close();
    await world.stop();
  });

  /** Somebody does something somewhere. Whoever may not at the moment is refused, which is fine. */
  function deed(): Promise<Answer<unknown> | undefined> {
    const who = random.oneOf(people).at(random.below(2));
    const other = random.oneOf(people.slice(1));
    const chat = random.oneOf([direct, ...groups]);
    const seq = random.below(80);
    const deeds: (() => Promise<Answer<unknown> | undefined>)[] = [
      ...upTo(7).map(() => () => who.says(chat, `text ${seq}`)),
      () => who.says(chat, 'for a moment', { expiresInSeconds: 1 }),
      ...upTo(3).map(
        () => () => about(who, chat, seq, ({ id }) => who.says(chat, 'reply', { replyToId: id })),
      ),
      () => about(who, chat, seq, ({ id }) => who.edits(chat, id, `edited ${seq}`)),
      () => about(who, chat, seq, ({ id, replyTo }) => who.edits(chat, replyTo?.id ?? id, `edited ${seq}`)),
      () => about(who, chat, seq, ({ id }) => who.deletes(chat, id)),
      () => about(who, chat, seq, ({ id, replyTo }) => who.deletes(chat, replyTo?.id ?? id)),
      ...upTo(3).map(() => () => who.marksRead(chat, { seq })),
      () => who.marksDelivered(chat, seq),
      () => who.changes(chat, { name: `name ${seq}` }),
      () => who.changes(chat, { messageTtlSeconds: random.oneOf([null, 86_400]) }),
      () => patch(who, `/v1/conversations/${chat.id}/settings`, { isMuted: random.oneOf([true, false]) }),
      () => patch(who, '/v1/users/me/privacy', { readReceipts: random.oneOf([true, false]) }),
      () => who.asks(random.oneOf(['PUT', 'DELETE']), `/v1/users/me/blocks/${random.oneOf(people).id}`),
      () => founder.makes(chat, other, random.oneOf(['admin', 'member'])),
      ...upTo(2).map(() => () => founder.removes(chat, other)),
      ...upTo(3).map(() => () => founder.adds(chat, other)),
    ];
    return random.oneOf(deeds)();
  }

  const patch = (who: Person, path: string, body: object) => who.asks('PATCH', path, { body });

  /** Something with a message that they see, if there is one. */
  async function about(
    who: Person,
    chat: ConversationDto,
    seq: number,
    act: (message: MessageDto) => Promise<Answer<unknown>>,
  ): Promise<Answer<unknown> | undefined> {
    const { items = [] } = (await who.reads(chat, { offset: seq % 10, limit: 20 })).body;
    const message = items.findLast(({ replyTo }) => replyTo !== null) ?? items[seq % 20];
    return message && act(message);
  }

  /** Writers write, readers turn pages of any size at any time, and some transactions stay open for a while. */
  async function chapter(): Promise<void> {
    let isOver = false;
    const reading = replicas.map(async (replica) => {
      while (!isOver) await replica.turnsPage(1 + random.below(12));
    });
    let stalls = 0;
    const stalling = (async () => {
      while (!isOver) {
        await slow.begin();
        await delay(STALL_MS);
        await slow.end();
        await delay(STALL_MS);
        stalls++;
      }
    })();
    await times(WRITERS, async () => {
      for (let done = 0; done < DEEDS_OF_EACH; done++) expect((await deed())?.status).not.toBe(500);
    });
    isOver = true;
    await stalling;
    expect(stalls).toBeGreaterThan(0);
    await Promise.all(reading);
  }

  it.each(upTo(CHAPTERS))('chapter %i', async () => {
    await chapter();
    await eventually(async () => {
      for (const [index, person] of people.entries()) {
        const replica = replicas[index] as Replica;
        await replica.catchesUp();
        expect(replica.show()).toEqual((await Replica.of(person)).show());
      }
    }, SETTLED_WITHIN_MS);
  });
});
