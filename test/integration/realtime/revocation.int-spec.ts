import { randomUUID } from 'node:crypto';
import { Device } from '../../support/device';
import { RealtimeNode } from '../../support/realtime/realtime-node';

const TRANSPORTS = ['websocket', 'polling'] as const;

describe.each(TRANSPORTS)('a socket whose token is revoked (%s)', (transport) => {
  let node: RealtimeNode;
  const devices: Device[] = [];
  beforeAll(async () => {
    node = await RealtimeNode.start();
  });
  afterEach(() => devices.splice(0).forEach((device) => device.leaves()));
  afterAll(() => node.close());

  async function connect(userId: string): Promise<Device> {
    const device = await Device.connect(node.url, { transports: [transport], auth: { token: userId } });
    devices.push(device);
    return device;
  }

  it('is told so and closed, on every device, and nobody else’s', async () => {
    const [alice, bob] = [randomUUID(), randomUUID()];
    const hers = [await connect(alice), await connect(alice)];
    const his = await connect(bob);
    node.revokes(alice);
    for (const device of hers) {
      expect(await device.ended).toBe('io server disconnect');
      expect(device.events).toEqual(['ready', 'session_expired']);
    }
    expect(await his.asks('send_message', { conversationId: randomUUID(), content: 'x' })).toMatchObject({
      ok: true,
    });
  });

  it('is closed also when that happened while it was let in', async () => {
    const alice = randomUUID();
    // The authenticator of this node knows nothing of it: as if the token had been judged before.
    node.revokes(alice);
    const late = Device.begin(node.url, { transports: [transport], auth: { token: alice } });
    expect(await late.ended).toBe('io server disconnect');
    // It has not come as far as to be ready.
    expect(late.events).toEqual(['session_expired']);
  });
});
