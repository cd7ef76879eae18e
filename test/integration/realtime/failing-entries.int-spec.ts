import { randomUUID } from 'node:crypto';
import { SessionExpiry } from '../../../src/realtime/door/session-expiry';
import { LocalSockets } from '../../../src/realtime/fanout/local-sockets';
import { Device } from '../../support/device';
import { eventually } from '../../support/eventually';
import { aMessage, anAnnouncement } from '../../support/realtime/deliveries';
import { RealtimeNode } from '../../support/realtime/realtime-node';
import { RedisStandIn, type StandInLink } from '../../support/realtime/redis-stand-in';

/** What is thrown is not always an error. */
const THROWN: [string, unknown][] = [
  ['an error', new Error('x')],
  ['nothing', undefined],
  ['null', null],
  ['a text', 'x'],
  ['an object without a prototype', Object.create(null)],
  ['something that can not be read', new Proxy({}, { get: () => never('can not be read') })],
];

/** A fault in code that nobody catches fails these tests by itself: Jest sees to it, as Node would end the process. */
describe('T15 a fault of ours', () => {
  let node: RealtimeNode;
  let redis: RedisStandIn;
  let link: StandInLink;
  let device: Device;
  let user: string;
  beforeEach(async () => {
    redis = new RedisStandIn();
    link = redis.link();
    node = await RealtimeNode.start({ redis: link });
    user = randomUUID();
    device = await Device.connect(node.url, { auth: { token: user } });
  });
  afterEach(async () => {
    jest.restoreAllMocks();
    device.leaves();
    await node.close();
  });

  const send = () => device.asks('send_message', { conversationId: randomUUID(), content: 'x' });

  async function isStillServed(): Promise<void> {
    jest.restoreAllMocks();
    node.sending = () => Promise.resolve(aMessage(1));
    expect(await send()).toMatchObject({ ok: true });
    const another = await Device.connect(node.url, { auth: { token: randomUUID() } });
    another.leaves();
  }

  it.each(THROWN)(
    'in the handling of an event costs its answer only: %s is thrown',
    async (_what, thrown) => {
      node.sending = () => {
        throw thrown;
      };
      expect(await send()).toMatchObject({ ok: false, error: { code: 'internal_error' } });
      node.sending = async () => {
        await Promise.resolve();
        throw thrown;
      };
      expect(await send()).toMatchObject({ ok: false, error: { code: 'internal_error' } });
      await isStillServed();
    },
  );

  it('in an answer that can not be written costs that answer', async () => {
    const cycle: Record<string, unknown> = {};
    cycle['itself'] = cycle;
    for (const data of [cycle, 1n, { toJSON: () => never('can not be written') }]) {
      node.sending = () => Promise.resolve(data);
      device.socket.emit('send_message', { conversationId: randomUUID(), content: 'x' }, () => undefined);
    }
    await isStillServed();
  });

  it('in the handshake costs that handshake', async () => {
    await expect(Device.connect(node.url, { auth: { token: 'fault' } })).rejects.toMatchObject({
      data: { status: 500, code: 'internal_error' },
    });
    await isStillServed();
  });

  it('when a socket has come in costs that socket', async () => {
    jest.spyOn(LocalSockets.prototype, 'enter').mockImplementation(() => never('no room'));
    await expect(Device.connect(node.url, { auth: { token: randomUUID() } })).rejects.toThrow();
    await isStillServed();
  });

  it('of the database while a gap is read costs the order, and those concerned are told so', async () => {
    node.announcementsBetween = () => Promise.reject(new Error('no connection'));
    node.commits(anAnnouncement(1, { audience: [user] }));
    node.commits(anAnnouncement(5, { audience: [user] }));
    await eventually(() => expect(device.heard('sync_required')).toHaveLength(1));
    await isStillServed();
  });

  it('of a timer costs that round', async () => {
    const asked = jest
      .spyOn(LocalSockets.prototype, 'askTheseToSync')
      .mockImplementation(() => never('not now'));
    link.heal();
    await eventually(() => expect(asked).toHaveBeenCalled());
    const ended = jest.spyOn(SessionExpiry.prototype, 'end').mockImplementation(() => never('not yet'));
    await Device.connect(node.url, { auth: { token: `${randomUUID()} 0.2` } });
    await eventually(() => expect(ended).toHaveBeenCalled());
    await isStillServed();
  });

  it('when sessions are revoked keeps no other from being ended', async () => {
    jest.spyOn(LocalSockets.prototype, 'of').mockImplementationOnce(() => never('lost'));
    node.revokes(randomUUID());
    node.revokes(user);
    expect(await device.ended).toBe('io server disconnect');
  });
});

function never(why: string): never {
  throw new Error(why);
}
