import { randomUUID } from 'node:crypto';
import { Device, type DeviceOptions } from '../../support/device';
import { ORIGIN, RealtimeNode } from '../../support/realtime/realtime-node';

const TRANSPORTS = ['websocket', 'polling'] as const;

describe('the handshake', () => {
  let node: RealtimeNode;
  const devices: Device[] = [];
  beforeAll(async () => {
    node = await RealtimeNode.start();
  });
  afterEach(() => devices.splice(0).forEach((device) => device.leaves()));
  afterAll(() => node.close());

  async function connect(options: DeviceOptions): Promise<Device> {
    const device = await Device.connect(node.url, options);
    devices.push(device);
    return device;
  }

  async function refusal(options: DeviceOptions): Promise<Record<string, unknown>> {
    const error: unknown = await connect(options).then(
      () => 'let in',
      (refused: unknown) => refused,
    );
    return (error as { data?: Record<string, unknown> }).data ?? { error };
  }

  describe.each(TRANSPORTS)('by %s', (transport) => {
    const by = { transports: [transport] };

    it('lets in by a token, and says so', async () => {
      const userId = randomUUID();
      const device = await connect({ ...by, auth: { token: userId } });
      const [ready] = device.heard('ready');
      expect(ready).toMatchObject({ userId, since: expect.any(String) as unknown });
      expect(Math.abs(Date.parse(ready?.serverTime ?? '') - Date.now())).toBeLessThan(5_000);
    });

    it('lets in by a bearer header', async () => {
      await connect({ ...by, extraHeaders: { authorization: `Bearer ${randomUUID()}` } });
    });

    it('lets in from a page of ours', async () => {
      await connect({ ...by, auth: { token: randomUUID() }, extraHeaders: { origin: ORIGIN } });
    });

    it.each(['https://evil.example', 'null', `${ORIGIN}.evil.example`])(
      'refuses a page from %s',
      async (origin) => {
        const told = await refusal({ ...by, auth: { token: randomUUID() }, extraHeaders: { origin } });
        expect(told).toHaveProperty('error.type', 'TransportError');
      },
    );

    it.each([
      ['no token', {}, 'unauthenticated'],
      ['a token in the query', { query: { token: randomUUID() } }, 'unauthenticated'],
      ['a bad token', { auth: { token: 'x' } }, 'unauthenticated'],
      ['an object for a token', { auth: { token: { toString: 'x' } } }, 'unauthenticated'],
      ['null for a token', { auth: { token: null } }, 'unauthenticated'],
      ['an old token', { auth: { token: 'expired' } }, 'token_expired'],
    ])('refuses %s', async (_what, options, code) => {
      expect(await refusal({ ...by, ...options })).toMatchObject({ status: 401, code });
    });
  });

  it('says nothing about a fault of ours', async () => {
    const told = await refusal({ auth: { token: 'fault' } });
    expect(told).toMatchObject({ status: 500, code: 'internal_error' });
    expect(JSON.stringify(told)).not.toContain('hunter2');
  });

  it('knows one namespace only', async () => {
    await expect(Device.connect(`${node.url}/admin`, { auth: { token: randomUUID() } })).rejects.toThrow(
      'Invalid namespace',
    );
  });

  it('serves no files', async () => {
    const { status } = await fetch(`${node.url}/socket.io/socket.io.js`);
    expect(status).toBe(400);
  });
});

describe('a node that is full', () => {
  let node: RealtimeNode;
  beforeAll(async () => {
    node = await RealtimeNode.start({ maxConnections: 2 });
  });
  afterAll(() => node.close());

  it('refuses newcomers until somebody leaves', async () => {
    const auth = (): DeviceOptions => ({ auth: { token: randomUUID() } });
    const first = await Device.connect(node.url, auth());
    await Device.connect(node.url, auth());
    await expect(Device.connect(node.url, auth())).rejects.toMatchObject({
      data: { status: 503, code: 'unavailable' },
    });

    first.leaves();
    await new Promise((resolve) => setTimeout(resolve, 100));
    await Device.connect(node.url, auth());
  });
});
