import { BackgroundRunner } from '../../src/common/background/background-runner';
import type { ConversationDto } from '../../src/conversations/dto/conversation.dto';
import type { Ack } from '../../src/realtime/socket-contract';
import type { Person } from '../support/chat-client';
import type { Device } from '../support/device';
import type { Answer } from '../support/rest';
import { StatementLog } from '../support/statement-log';
import { World } from '../support/world';

/** What ordinary requests ask of Postgres once their process knows their people. Each statement is a round trip. */
describe('one statement is enough', () => {
  let world: World;
  let log: StatementLog;
  /** What was said since somebody last looked. */
  let said: string[] = [];
  let alice: Person;
  let device: Device;
  let direct: ConversationDto;
  let group: ConversationDto;
  let messageId: string;

  beforeAll(async () => {
    log = new StatementLog(({ name, text }) => {
      // That a node is there, it says until its end; devices are told their counts in their own time.
      if (name !== 'nodes.renew' && name !== 'unread.counts') said.push(name ?? text);
    });
    world = await World.start();
    alice = world.person('Alice');
    const [bob, carol] = [world.person('Bob'), world.person('Carol')];
    group = await alice.groupWith(bob, carol);
    direct = await alice.chatWith(bob);
    for (const content of ['one', 'two', 'three']) messageId = (await bob.says(direct, content)).body.id;
    device = await alice.connects();
    // What goes on without being asked says things, too.
    await world.nodes[0]?.get(BackgroundRunner, { strict: false }).beforeApplicationShutdown();
  });
  afterAll(async () => {
    device.leaves();
    await world.stop();
    log.stop();
  });

  it.each<[string, string, (turn: number) => Promise<Answer<unknown> | Ack<unknown>>]>([
    ['for an inbox', 'inbox.page', () => alice.inbox()],
    ['for a conversation', 'inbox.one', () => alice.sees(group)],
    ['for the end of a history', 'messages.newest_first', () => alice.reads(direct)],
    ['for a history onwards', 'messages.oldest_first', () => alice.reads(direct, { after: 1 })],
    ['for a message', 'messages.one', () => alice.finds(direct, messageId)],
    ['to mark as delivered', 'receipts.mark_delivered', (turn) => alice.marksDelivered(direct, turn)],
    ['to mark as read', 'receipts.mark_read', (turn) => alice.marksRead(direct, { seq: turn })],
    ['to send to one person', 'message_log.append', () => alice.says(direct, 'hello')],
    ['to send to a group', 'message_log.append', () => alice.says(group, 'hello')],
    ['to send by socket', 'message_log.append', () => device.says(direct, 'hello')],
    ['for oneself', 'users.find_or_create', () => alice.asks('GET', '/v1/users/me')],
    ['for the people one has blocked', 'blocks.page', () => alice.asks('GET', '/v1/users/me/blocks')],
  ])('%s: %s', async (_what, statement, ask) => {
    await ask(1);
    said = [];
    expect(succeeded(await ask(2))).toBe(true);
    expect(said).toEqual([statement]);
  });
});

describe('a socket that comes', () => {
  let world: World;
  let log: StatementLog;
  let said: string[] = [];
  beforeAll(async () => {
    log = new StatementLog(({ name, text }) => said.push(name ?? text));
    world = await World.start();
    await world.nodes[0]?.get(BackgroundRunner, { strict: false }).beforeApplicationShutdown();
  });
  afterAll(async () => {
    await world.stop();
    log.stop();
  });

  /** What goes on by itself is not said because of them. */
  const MEANWHILE = new Set(['nodes.renew', 'unread.counts', 'last_seen.record']);

  /** What is said until they are in, and told what they missed. */
  async function statementsOf(person: Person): Promise<string[]> {
    said = [];
    (await person.connects()).leaves();
    return said.filter((name) => !MEANWHILE.has(name));
  }

  it('costs one statement, and another one where their process does not know them', async () => {
    const [alice, bob] = [world.person('Alice'), world.person('Bob')];
    const chat = await alice.chatWith(bob);
    for (let count = 0; count < 10; count++) await alice.says(chat, 'hello');
    // The first of all reads what tokens are sealed with.
    await statementsOf(alice);
    expect(await statementsOf(bob)).toEqual(['users.find_or_create', 'missed_messages.pages']);
    expect(await statementsOf(bob)).toEqual(['missed_messages.pages']);
  });
});

function succeeded(answer: Answer<unknown> | Ack<unknown>): boolean {
  return 'ok' in answer ? answer.ok : answer.status < 300;
}
