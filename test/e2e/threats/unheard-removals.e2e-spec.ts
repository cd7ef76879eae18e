import { setTimeout as delay } from 'node:timers/promises';
import type { ConversationDto } from '../../../src/conversations/dto/conversation.dto';
import type { PresenceDto } from '../../../src/presence';
import type { Person } from '../../support/chat-client';
import type { Device } from '../../support/device';
import { eventually } from '../../support/eventually';
import { FaultProxy } from '../../support/faults/fault-proxy';
import type { Heard } from '../../support/history/history';
import { testRedisUrl } from '../../support/realtime/test-redis';
import { expectProblem } from '../../support/problem';
import { request } from '../../support/rest';
import { SERVICE_TOKEN, World } from '../../support/world';

/** Nodes that were heard by each other, and whose links are known to be well. */
const ACQUAINTED_MS = 2_500;
/** A node knows by then that it can not hear Redis. */
const NOTICED_MS = 3_500;
/** All that may still come has come by then. */
const QUIET_MS = 1_500;
const HEALED_WITHIN_MS = 5_000;
const REVOKED_WITHIN_MS = 1_000;

/** The node where somebody is removed, and the one that does not hear of it. */
const [THERE, HERE] = [0, 1];

describe.each(['cut', 'hole'] as const)(
  'where a node can not hear what others decide, because its Redis is away (%s),',
  (fault) => {
    let world: World;
    let link: FaultProxy;
    const devices: Device[] = [];
    beforeAll(async () => {
      link = await FaultProxy.to(testRedisUrl());
      world = await World.start();
      await world.startNode({ REDIS_URL: link.url });
      await delay(ACQUAINTED_MS);
    });
    afterEach(() => {
      link.become('none');
      devices.splice(0).forEach((device) => device.leaves());
    });
    afterAll(async () => {
      await world.stop();
      link.close();
    });

    async function comes(person: Person): Promise<Device> {
      const device = await person.at(HERE).connects();
      devices.push(device);
      return device;
    }
    const isWell = async (): Promise<void> => {
      const { body } = await request('GET', `${world.nodeUrls[HERE]}/health/ready`);
      expect(body).toEqual({ status: 'ok' });
    };
    const types = (device: Device, chat: { id: string }) =>
      device.asks('typing_start', { conversationId: chat.id });
    const stops = (device: Device, chat: { id: string }) =>
      device.asks('typing_stop', { conversationId: chat.id });
    const tells = (body: object) =>
      request('POST', `${world.nodeUrls[THERE]}/v1/internal/events`, {
        headers: { authorization: `Bearer ${SERVICE_TOKEN}` },
        body,
      });
    /** Presence that is shown to nobody is no news of anybody. */
    const saysSomething = ({ frame }: Heard): boolean =>
      !/"status":"offline","lastSeenAt":null/.test(JSON.stringify(frame));
    const about = (heard: readonly Heard[], ...ids: readonly string[]): Heard[] =>
      heard.filter(
        (one) => ids.some((id) => JSON.stringify(one.frame ?? null).includes(id)) && saysSomething(one),
      );

    it('T04 F07 whoever is removed there hears nothing more of it here, at no time, and reads nothing', async () => {
      const [alice, bob, carol, dave] = ['Alice', 'Bob', 'Carol', 'Dave'].map((name) =>
        world.person(name),
      ) as [Person, Person, Person, Person];
      await eventually(isWell);
      const group = await alice.groupWith(bob, carol, dave);
      const [his, carols, daves] = [await comes(bob), await comes(carol), await comes(dave)];
      const old = (await carol.at(HERE).says(group, 'all of us')).body;
      await eventually(() => expect(his.messages.map(({ id }) => id)).toEqual([old.id]));
      await his.asks<PresenceDto>('subscribe_presence', { userIds: [carol.id] });
      await types(carols, group);
      await eventually(() => expect(his.heard('user_typing')).toHaveLength(1));

      link.become(fault);
      expect((await alice.at(THERE).removes(group, bob)).status).toBe(204);
      const heardBefore = his.frames.length;
      const since = (): Heard[] => about(his.frames.slice(heardBefore), group.id, carol.id);

      /** All that members hear of each other. */
      async function lives(round: string): Promise<void> {
        await stops(carols, group);
        await types(carols, group);
        const { body } = await carol.at(HERE).says(group, round);
        await carol.at(HERE).edits(group, old.id, `${round}, again`);
        await dave.at(HERE).marksRead(group, { messageId: body.id });
        await alice.at(THERE).says(group, `${round}, from there`);
        await alice.at(THERE).changes(group, { name: `Without Bob ${round}` });
        await carol.at(HERE).deletes(group, body.id);
        await types(carols, group);
        world.kaha.knowsUsers({ uuid: carol.id, name: `Carol ${round}`, avatar_url: null });
        await tells({ type: 'user.profile.updated', uuid: carol.id });
        const another = await carol.at(HERE).connects();
        another.leaves();
        await eventually(() => expect(daves.messages.map(({ id }) => id)).toContain(body.id));
        expectProblem(await bob.at(HERE).reads(group), 'conversation_not_found');
        expectProblem(await bob.at(HERE).sees(group), 'conversation_not_found');
        expectProblem(await bob.at(HERE).finds(group, body.id), 'conversation_not_found');
        expect((await bob.at(HERE).inbox()).body.items).toEqual([]);
      }
      await lives('at once');
      await delay(NOTICED_MS);
      await lives('later');
      const isTypingTo = (device: Device): boolean => device.heard('user_typing').at(-1)?.isTyping ?? false;
      await eventually(() => expect(isTypingTo(daves)).toBe(true));
      await eventually(() => expect(isTypingTo(daves)).toBe(false), 7_000);
      expect(since()).toEqual([]);

      const asked = daves.heard('sync_required').length;
      link.become('none');
      await lives('healed');
      await eventually(
        () => expect(daves.heard('sync_required').length).toBeGreaterThan(asked),
        HEALED_WITHIN_MS,
      );
      await lives('after all');
      const { body: last } = await alice.at(THERE).says(group, 'the last');
      await eventually(() => expect(daves.messages.map(({ id }) => id)).toContain(last.id));
      carols.leaves();
      await delay(QUIET_MS);
      expect(since()).toEqual([]);

      await alice.at(THERE).adds(group, bob);
      const { body: welcome } = await carol.at(HERE).says(group, 'here again');
      await eventually(() => expect(his.messages.map(({ id }) => id)).toContain(welcome.id));
    }, 90_000);

    it('T04 whoever is blocked there neither sees nor hears who blocked them here', async () => {
      const [bob, dave] = [world.person('Bob'), world.person('Dave')];
      await eventually(isWell);
      const chat: ConversationDto = await dave.chatWith(bob);
      const [his, daves] = [await comes(bob), await comes(dave)];
      const { body: hello } = await bob.says(chat, 'hello');
      await his.asks<PresenceDto>('subscribe_presence', { userIds: [dave.id] });
      await types(daves, chat);
      await eventually(() => expect(his.heard('user_typing')).toHaveLength(1));

      link.become(fault);
      expect((await dave.at(THERE).asks('PUT', `/v1/users/me/blocks/${bob.id}`)).status).toBe(204);
      const heardBefore = his.frames.length;
      await stops(daves, chat);
      await types(daves, chat);
      await dave.at(HERE).marksRead(chat, { messageId: hello.id });
      expectProblem(await bob.at(HERE).says(chat, 'hm'), 'blocked');
      await delay(NOTICED_MS);
      daves.leaves();
      link.become('none');
      await eventually(() => expect(his.heard('sync_required')).not.toEqual([]), HEALED_WITHIN_MS);
      await delay(QUIET_MS);
      const since = his.frames.slice(heardBefore);
      expect(about(since, dave.id).filter(({ event }) => event !== 'new_message')).toEqual([]);
      const { body } = await bob.at(HERE).asks<PresenceDto>('GET', `/v1/presence?userIds=${dave.id}`);
      expect(body.users[dave.id]).toEqual({ status: 'offline', lastSeenAt: null });
    }, 60_000);

    it('T05 whose sessions are revoked there is cut off here within a second', async () => {
      const bob = world.person('Bob');
      await bob.at(THERE).asks('GET', '/v1/users/me');
      const his = await comes(bob);
      link.become(fault);
      const revokedAt = performance.now();
      expect((await tells({ type: 'user.sessions.revoked', uuid: bob.id })).status).toBe(202);
      await his.ended;
      expect(performance.now() - revokedAt).toBeLessThan(REVOKED_WITHIN_MS);
      expect(his.events.at(-1)).toBe('session_expired');
    });
  },
);

describe('where a node tells what was decided against elsewhere, because it can not hear of that,', () => {
  let world: World;
  let link: FaultProxy;
  beforeAll(async () => {
    link = await FaultProxy.to(testRedisUrl());
    world = await World.start();
    await world.startNode({ REDIS_URL: link.url });
    await delay(ACQUAINTED_MS);
  });
  afterAll(async () => {
    await world.stop();
    link.close();
  });

  it('T04 F07 whoever was removed does not hear it at a node that has heard of the removal', async () => {
    const [alice, bob, carol] = ['Alice', 'Bob', 'Carol'].map((name) => world.person(name)) as [
      Person,
      Person,
      Person,
    ];
    const group = await alice.groupWith(bob, carol);
    const [his, hers, carols] = [
      await bob.at(THERE).connects(),
      await alice.at(THERE).connects(),
      await carol.at(HERE).connects(),
    ];
    const typing = { conversationId: group.id };
    const heard = (device: Device): boolean[] => device.heard('user_typing').map(({ isTyping }) => isTyping);
    await carols.asks('typing_start', typing);
    for (const device of [his, hers]) await eventually(() => expect(heard(device)).toEqual([true]));
    link.become('half');
    await alice.at(THERE).removes(group, bob);
    // Told to the others once a second, to those who might hear it when it began.
    await delay(1_100);
    await carols.asks('typing_start', typing);
    await delay(300);
    await carols.asks('typing_stop', typing);
    await eventually(() => expect(heard(hers)).toEqual([true, false]));
    await delay(QUIET_MS);
    expect(heard(his)).toEqual([true]);
    link.become('none');
    for (const device of [his, hers, carols]) device.leaves();
  });
});
