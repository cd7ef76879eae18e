import { setTimeout as delay } from 'node:timers/promises';
import type { Person } from '../support/chat-client';
import { eventually } from '../support/eventually';
import { RawConnection } from '../support/realtime/raw-connection';
import { RawPolls } from '../support/realtime/raw-polls';
import { Scrape } from '../support/scrape';
import { times, upTo } from '../support/times';
import { World } from '../support/world';

/** What ends is told with a tick, after Postgres was asked who may hear it. */
const END_IS_TOLD_WITHIN_MS = 500;

describe('F11 a client that reads slowly', () => {
  let world: World;
  let alice: Person;
  let bob: Person;
  let chat: { id: string };
  beforeAll(async () => {
    world = await World.start();
  });
  beforeEach(async () => {
    [alice, bob] = [world.person('Alice'), world.person('Bob')];
    chat = await alice.chatWith(bob);
  });
  afterAll(() => world.stop());

  it('is not told what is over in a moment, but every message, and everything again when it has caught up', async () => {
    const device = await alice.connects();
    const slow = await RawPolls.begin(world.nodeUrls[0] ?? '', { token: bob.token });
    const types = async (): Promise<void> => {
      await device.asks('typing_start', { conversationId: chat.id });
      await device.asks('typing_stop', { conversationId: chat.id });
    };
    await times(130, () => alice.says(chat, 'hello'));
    await types();
    const heard = (await slow.polls()).join();
    expect(heard.match(/"new_message"/g)).toHaveLength(130);
    expect(heard).not.toContain('user_typing');

    // Who begins again before their end was told has not stopped.
    await delay(END_IS_TOLD_WITHIN_MS);
    const waiting = slow.polls();
    await types();
    const later = [...(await waiting), ...(await slow.polls())].join();
    expect(later).toContain('"isTyping":true');
    device.leaves();
    await slow.ends();
  });

  it('is cut when it does not read at all, and told everything when it comes back', async () => {
    const stuck = await RawConnection.webSocket(Number(new URL(world.nodeUrls[0] ?? '').port));
    stuck.sends(`40${JSON.stringify({ token: bob.token })}`);
    await stuck.hears('"ready"');
    stuck.stopsReading();
    const cut = async (): Promise<number | undefined> =>
      (await Scrape.of(world.nodeUrls[0])).value('chat_slow_consumers_total', { transport: 'websocket' });
    const content = '😀'.repeat(4_000);
    while ((await cut()) === undefined) await times(20, () => alice.says(chat, content));
    expect(await cut()).toBe(1);

    const back = await bob.connects();
    const { lastSeq } = (await alice.sees(chat)).body;
    expect(back.messages.map(({ seq }) => seq)).toEqual(upTo(lastSeq));
    expect(back.messages.at(-1)).toMatchObject({ content });
    stuck.ends();
    back.leaves();
    await eventually(async () =>
      expect((await Scrape.of(world.nodeUrls[0])).value('chat_sockets_connected')).toBe(0),
    );
  }, 60_000);
});
