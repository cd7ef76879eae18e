import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { CapturedLog } from '../../support/captured-log';
import { Device } from '../../support/device';
import { eventually } from '../../support/eventually';
import { aMessage, anAnnouncement } from '../../support/realtime/deliveries';
import { RawConnection } from '../../support/realtime/raw-connection';
import { RawPolls } from '../../support/realtime/raw-polls';
import { RealtimeNode } from '../../support/realtime/realtime-node';
import { upTo } from '../../support/times';

/** What the operating systems on both ends take before anything waits in the node. */
const MOST_IN_BETWEEN = 16 * 1024 * 1024;
const LONG = 'x'.repeat(16_000);
const GOODBYE_MS = 3_000;

describe('F11 a client that does not read', () => {
  let log: CapturedLog;
  let node: RealtimeNode;
  let reader: Device;
  let slow: string;
  let rev: number;
  let conversationId: string;
  beforeAll(async () => {
    node = await RealtimeNode.start();
    log = new CapturedLog();
  });
  beforeEach(async () => {
    log.forget();
    [slow, conversationId, rev] = [randomUUID(), randomUUID(), 0];
    reader = await Device.connect(node.url, { auth: { token: randomUUID() } });
  });
  afterEach(() => reader.leaves());
  afterAll(() => node.close());

  const readerId = (): string => reader.heard('ready')[0]?.userId ?? '';

  /** A message to both of them. */
  function tell(content: string): void {
    rev++;
    const message = aMessage(rev, { conversationId, content, contentHtml: content });
    const packet = { event: 'new_message', payload: { message } } as const;
    node.commits(anAnnouncement(rev, { conversationId, audience: [slow, readerId()], packet }));
  }

  async function tellUntilCut(): Promise<void> {
    for (let bytes = 0; bytes < MOST_IN_BETWEEN && cuts().length === 0; bytes += 2 * LONG.length) {
      tell(LONG);
      await delay(1);
    }
    await eventually(() => expect(cuts()).toHaveLength(1));
  }

  const cuts = () => log.lines({ msg: 'a client that does not read was cut' });

  async function connect(): Promise<RawConnection> {
    const connection = await RawConnection.webSocket(node.port);
    connection.sends(`40{"token":"${slow}"}`);
    await connection.hears('"ready"');
    return connection;
  }

  const everything = (): Promise<void> =>
    eventually(() => expect(reader.messages.map(({ seq }) => seq)).toEqual(upTo(rev)));

  it('is cut, and those who read hear everything', async () => {
    const connection = await connect();
    connection.stopsReading();
    await tellUntilCut();
    expect(cuts()).toMatchObject([{ transport: 'websocket', bytes: expect.any(Number) as unknown }]);
    expect(cuts()[0]?.['bytes']).toBeLessThan(1024 * 1024 + 100_000);
    await everything();
    await delay(GOODBYE_MS);
    connection.readsOn();
    // Whatever was on its way, its end is there already.
    const began = performance.now();
    await connection.lifetime;
    expect(performance.now() - began).toBeLessThan(500);
    expect(connection.heard).not.toContain('slow_consumer');
  });

  it('hears why if it reads on at once, and nothing that comes after it', async () => {
    const connection = await connect();
    connection.stopsReading();
    await tellUntilCut();
    connection.readsOn();
    await connection.lifetime;
    const [, after] = connection.heard.split('42["sync_required",{"reason":"slow_consumer"}]');
    expect(after).not.toContain('42[');
    // As a lost connection: not one that was ended for good, from which clients do not come back.
    expect(connection.heard).not.toContain('\x81\x0241');
  });

  it('is cut also where it reads a little', async () => {
    const connection = await connect();
    connection.readsSlowly(1_024);
    await tellUntilCut();
    await everything();
    await delay(GOODBYE_MS);
    connection.readsOn();
    await connection.lifetime;
  });

  it('is cut also where it has polled, and polls no more', async () => {
    const polls = await RawPolls.begin(node.url, { token: slow });
    // What came with its last poll may not have arrived, for all that is known.
    for (let count = 0; count < 998; count++) tell('short');
    await delay(100);
    expect(cuts()).toEqual([]);
    tell('short');
    await eventually(() => expect(cuts()).toMatchObject([{ transport: 'polling', packets: 1_000 }]));
    await delay(GOODBYE_MS);
    expect(await polls.polls()).toEqual([]);
    await everything();
  });

  it('is not one who polls late, and hears everything then', async () => {
    const polls = await RawPolls.begin(node.url, { token: slow });
    for (let time = 0; time < 4; time++) {
      for (let count = 0; count < 400; count++) tell('short');
      await delay(100);
      expect(await polls.polls()).toHaveLength(400);
    }
    expect(cuts()).toEqual([]);
  });

  it('is not one who is told very much at once', async () => {
    const fast = await Device.connect(node.url, { auth: { token: slow } });
    for (let count = 0; count < 3_000; count++) tell('short');
    await eventually(() => expect(fast.messages).toHaveLength(3_000));
    for (let count = 0; count < 100; count++) tell(LONG);
    await eventually(() => expect(fast.messages).toHaveLength(3_100));
    expect(cuts()).toEqual([]);
    fast.leaves();
  });
});
