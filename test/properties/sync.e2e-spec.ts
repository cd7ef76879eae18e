import { setTimeout as delay } from 'node:timers/promises';
import type { ConversationDto } from '../../src/conversations/dto/conversation.dto';
import type { Person } from '../support/chat-client';
import { eventually } from '../support/eventually';
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
  async function deed(): Promise<void> {
    const who = random.oneOf(people).at(random.below(2));
    const other = random.oneOf(people.slice(1));
    const chat = random.oneOf([direct, ...groups]);
    const seq = random.below(80);
    const dice = random.below(28);
    if (dice < 8) await who.says(chat, `text ${seq}`);
    else if (dice < 10) await repliesToAny(who, chat, seq);
    else if (dice < 11) await who.says(chat, 'for a moment', { expiresInSeconds: 1 });
    else if (dice < 13) await editsAny(who, chat, seq);
    else if (dice < 15) await deletesAny(who, chat, seq);
    else if (dice < 18) await who.marksRead(chat, { seq });
    else if (dice < 19) await who.marksDelivered(chat, seq);
    else if (dice < 20) await who.changes(chat, { name: `name ${seq}` });
    else if (dice < 21) await who.changes(chat, { messageTtlSeconds: random.oneOf([null, 86_400]) });
    else if (dice < 22) await settings(who, chat, random.oneOf([true, false]));
    else if (dice < 23) await privacy(who, random.oneOf([true, false]));
    else if (dice < 24) await blocks(random.oneOf(['PUT', 'DELETE']), who, random.oneOf(people));
    else if (dice < 25) await founder.makes(chat, other, random.oneOf(['admin', 'member']));
    else if (dice < 26) await founder.removes(chat, other);
    else await founder.adds(chat, other);
  }

  const settings = (who: Person, chat: ConversationDto, isMuted: boolean) =>
    who.asks('PATCH', `/v1/conversations/${chat.id}/settings`, { body: { isMuted } });
  const privacy = (who: Person, readReceipts: boolean) =>
    who.asks('PATCH', '/v1/users/me/privacy', { body: { readReceipts } });
  const blocks = (method: string, who: Person, other: Person) =>
    who.asks(method, `/v1/users/me/blocks/${other.id}`);

  async function anyOf(who: Person, chat: ConversationDto, seq: number) {
    const { items = [] } = (await who.reads(chat, { after: Math.max(seq - 10, 0), limit: 20 })).body;
    return items.length === 0 ? undefined : items[seq % items.length];
  }

  async function repliesToAny(who: Person, chat: ConversationDto, seq: number): Promise<void> {
    const message = await anyOf(who, chat, seq);
    if (message !== undefined) await who.says(chat, `reply to ${message.seq}`, { replyToId: message.id });
  }

  async function editsAny(who: Person, chat: ConversationDto, seq: number): Promise<void> {
    const message = await anyOf(who, chat, seq);
    if (message !== undefined) await who.edits(chat, message.id, `edited ${seq}`);
  }

  async function deletesAny(who: Person, chat: ConversationDto, seq: number): Promise<void> {
    const message = await anyOf(who, chat, seq);
    if (message !== undefined) await who.deletes(chat, message.id);
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
      for (let done = 0; done < DEEDS_OF_EACH; done++) await deed();
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
