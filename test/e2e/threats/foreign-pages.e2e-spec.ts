import { Device, type DeviceOptions } from '../../support/device';
import { RawConnection } from '../../support/realtime/raw-connection';
import { type Answer, request } from '../../support/rest';
import { secondsFromNow, signedToken } from '../../support/tokens';
import { World } from '../../support/world';

const OURS = 'https://app.kaha.test';
const STRANGERS = [
  'null',
  'https://evil.test',
  'http://app.kaha.test',
  'https://app.kaha.test.evil.test',
  'https://evilapp.kaha.test',
  'https://sub.app.kaha.test',
  'https://kaha.test',
  'https://app.kaha.test:8443',
  'https://app.kaha.test:443',
  'https://app.kaha.test/',
  'https://app.kaha.test.',
  'https://app.kaha.test@evil.test',
  'https://app.kaha.test%60.evil.test',
  'https://app_kaha.test',
  'https://app.kaha.test,https://evil.test',
  'https://app.kaha.test https://evil.test',
  'file://',
  'capacitor://app.kaha.test',
  'chrome-extension://abcdefghijklmnop',
  '*',
  ' ',
];

const sub = '0199a5e0-1111-7000-8000-000000000010';
const token = signedToken({ sub, exp: secondsFromNow(3_600) });
const authorization = `Bearer ${token}`;

describe('T10 a page of somebody else', () => {
  let world: World;
  /** One node has pages of its own, the other has none. */
  const nodes = (): string[] => world.nodeUrls;
  beforeAll(async () => {
    world = await World.start({ env: { CORS_ORIGINS: OURS } });
    await world.startNode();
  });
  afterAll(() => world.stop());

  const preflight = (url: string, origin: string): Promise<Answer<unknown>> =>
    request('OPTIONS', `${url}/v1/users/me`, {
      headers: {
        origin,
        'access-control-request-method': 'PATCH',
        'access-control-request-headers': 'authorization',
        'access-control-request-private-network': 'true',
      },
    });

  const poll = (url: string, origin: string): Promise<Answer<unknown>> =>
    request('GET', `${url}/socket.io/?EIO=4&transport=polling`, { headers: { origin } });

  it.each(STRANGERS)('is not let to read an answer, nor to ask for more: %s', async (origin) => {
    for (const url of nodes())
      for (const answer of [
        await request('GET', `${url}/v1/users/me`, { headers: { origin, authorization } }),
        await request('GET', `${url}/health`, { headers: { origin } }),
        await request('GET', `${url}/v1/users/me`, { headers: { origin } }),
        await preflight(url, origin),
        await poll(url, origin),
      ])
        expect(answer.headers).toEqual(
          expect.not.objectContaining({ 'access-control-allow-origin': expect.anything() }),
        );
  });

  describe.each(['websocket', 'polling'] as const)('by %s', (transport) => {
    const by = (origin: string): DeviceOptions => ({
      transports: [transport],
      auth: { token },
      extraHeaders: { origin, authorization, cookie: `token=${token}` },
    });

    it.each(STRANGERS)('is let in by no token: %s', async (origin) => {
      for (const url of nodes())
        await expect(Device.connect(url, by(origin))).rejects.toThrow(/^(?:websocket|xhr poll) error$/);
    });

    it('is told from one of ours', async () => {
      const device = await Device.connect(nodes()[0] ?? '', by(OURS));
      expect(device.heard('ready')).toMatchObject([{ userId: sub }]);
      device.leaves();
      await expect(Device.connect(nodes()[1] ?? '', by(OURS))).rejects.toThrow();
    });
  });

  it('can not go on with a session that one of ours began', async () => {
    const [url = ''] = nodes();
    const begun = await request<string>('GET', `${url}/socket.io/?EIO=4&transport=polling`, {
      headers: { origin: OURS },
    });
    expect(begun.status).toBe(200);
    const { sid } = JSON.parse(begun.body.slice(1)) as { sid: string };
    const goesOn = (method: string, origin: string) =>
      request(method, `${url}/socket.io/?EIO=4&transport=polling&sid=${sid}`, {
        headers: { origin, 'content-type': 'text/plain' },
        ...(method === 'POST' && { body: `40${JSON.stringify({ token })}` }),
      });
    for (const answer of [
      await goesOn('GET', 'https://evil.test'),
      await goesOn('POST', 'https://evil.test'),
    ])
      expect(answer.headers).not.toHaveProperty('access-control-allow-origin');
    const upgrade = await RawConnection.to(Number(new URL(url).port));
    upgrade.says(
      `GET /socket.io/?EIO=4&transport=websocket&sid=${sid} HTTP/1.1\r\nHost: x\r\nOrigin: https://evil.test\r\n` +
        'Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n' +
        'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n',
    );
    await upgrade.hears('HTTP/1.1 ');
    expect(upgrade.heard).not.toContain(' 101 ');
    upgrade.ends();
  });

  it('is given nothing that a browser would send along by itself', async () => {
    const [url = ''] = nodes();
    for (const { headers } of [
      await request('GET', `${url}/v1/users/me`, { headers: { origin: OURS, authorization } }),
      await preflight(url, OURS),
      await poll(url, OURS),
    ]) {
      expect(headers['access-control-allow-origin']).toBe(OURS);
      expect(headers).not.toHaveProperty('access-control-allow-credentials');
      expect(headers).not.toHaveProperty('access-control-allow-private-network');
      expect(headers).not.toHaveProperty('set-cookie');
      expect(headers['vary']).toMatch(/\borigin\b/i);
    }
    const byCookie = await request('GET', `${url}/v1/users/me`, { headers: { cookie: `token=${token}` } });
    expect(byCookie.status).toBe(401);
  });
});
