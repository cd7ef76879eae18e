import { Device, type DeviceOptions } from '../support/device';
import { eventually } from '../support/eventually';
import { expectProblemObject, type RefusalCode } from '../support/problem';
import { RawConnection } from '../support/realtime/raw-connection';
import { secondsFromNow, signedToken } from '../support/tokens';
import { SERVICE_TOKEN, World } from '../support/world';

const ORIGIN = 'https://app.kaha.test';
const sub = '0199a5e0-1111-7000-8000-000000000001';
const exp = secondsFromNow(3600);
const token = signedToken({ sub, exp });

describe('the door for sockets', () => {
  let world: World;
  let url: string;
  beforeAll(async () => {
    world = await World.start({ env: { CORS_ORIGINS: ORIGIN } });
    [url = ''] = world.nodeUrls;
  });
  afterAll(() => world.stop());

  async function refusal(options: DeviceOptions): Promise<{ message: string; data?: unknown }> {
    const device = await Device.connect(url, options).catch((error: Error) => error);
    if (device instanceof Error) return device;
    throw new Error('let in');
  }

  describe.each(['websocket', 'polling'] as const)('by %s', (transport) => {
    const by: DeviceOptions = { transports: [transport] };

    it.each([
      ['in the handshake', { auth: { token } }],
      ['in the header', { extraHeaders: { authorization: `Bearer ${token}` } }],
      ['from a page of ours', { auth: { token }, extraHeaders: { origin: ORIGIN } }],
    ])('opens to a token: %s', async (_where, options) => {
      const device = await Device.connect(url, { ...by, ...options });
      const [ready] = device.heard('ready');
      expect(ready).toEqual({ userId: sub, serverTime: expect.any(String), since: expect.any(String) });
      expect(Math.abs(Date.parse(ready?.serverTime ?? '') - Date.now())).toBeLessThan(5_000);
      expect(device.events[0]).toBe('ready');
      device.leaves();
    });

    const refused: [string, DeviceOptions, RefusalCode][] = [
      ['no token', {}, 'unauthenticated'],
      ['garbage', { auth: { token: 'garbage' } }, 'unauthenticated'],
      ['an object', { auth: { token: { sub } } }, 'unauthenticated'],
      ['another’s key', { auth: { token: signedToken({ sub, exp }, 'x'.repeat(32)) } }, 'unauthenticated'],
      ['the service’s token', { auth: { token: SERVICE_TOKEN } }, 'unauthenticated'],
      ['a token in the address', { query: { token } }, 'unauthenticated'],
      ['an old token', { auth: { token: signedToken({ sub, exp: secondsFromNow(-10) }) } }, 'token_expired'],
      ['a bad token beside a good header', badTokenGoodHeader(), 'unauthenticated'],
    ];
    it.each(refused)('stays closed and says why: %s', async (_what, options, code) => {
      expectProblemObject((await refusal({ ...by, ...options })).data, code);
    });

    it.each(['https://evil.test', 'null', `${ORIGIN}.evil.test`, 'http://app.kaha.test'])(
      'T10 stays closed to the page of a stranger: %s',
      async (origin) => {
        const { message } = await refusal({ ...by, auth: { token }, extraHeaders: { origin } });
        expect(message).toMatch(/^(?:websocket|xhr poll) error$/);
      },
    );
  });

  it('T31 cuts whoever does not say who they are', async () => {
    const stranger = await RawConnection.webSocket(Number(new URL(url).port));
    expect(await stranger.lifetime).toBeLessThan(7_000);
  });

  it('T05 closes again when the token’s time is over', async () => {
    const endsAt = secondsFromNow(2);
    const device = await Device.connect(url, { auth: { token: signedToken({ sub, exp: endsAt }) } });
    expect(await device.ended).toBe('io server disconnect');
    expect(device.heard('session_expired')).toHaveLength(1);
    expect(Math.abs(Date.now() - endsAt * 1_000)).toBeLessThan(1_500);
  });

  it('lets in a second device of the same person', async () => {
    const alice = world.person('Alice');
    const devices = [await alice.connects(), await alice.connects()];
    const chat = await alice.chatWith(world.person('Bob'));
    await alice.says(chat, 'hello, me');
    await eventually(() => expect(devices.map(({ messages }) => messages.length)).toEqual([1, 1]));
  });
});

function badTokenGoodHeader(): DeviceOptions {
  return { auth: { token: 'garbage' }, extraHeaders: { authorization: `Bearer ${token}` } };
}
