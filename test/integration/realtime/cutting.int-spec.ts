import { randomUUID } from 'node:crypto';
import { Device } from '../../support/device';
import { RawConnection } from '../../support/realtime/raw-connection';
import { RealtimeNode } from '../../support/realtime/realtime-node';

/** Authentication has five seconds; a TCP connection is gone with it, whatever its peer does. */
const IN_TIME_MS = 5_500;
const GOODBYE_MS = 1_500;

const HANDSHAKE = 'GET /socket.io/?EIO=4&transport=polling HTTP/1.1\r\nHost: localhost\r\n\r\n';

describe('a connection that is not let in', () => {
  let node: RealtimeNode;
  beforeAll(async () => {
    node = await RealtimeNode.start();
  });
  afterAll(() => node.close());

  async function session(): Promise<string> {
    const answer = await fetch(`${node.url}/socket.io/?EIO=4&transport=polling`);
    return (JSON.parse((await answer.text()).slice(1)) as { sid: string }).sid;
  }

  const poll = (sid: string): string =>
    `GET /socket.io/?EIO=4&transport=polling&sid=${sid} HTTP/1.1\r\nHost: localhost\r\n\r\n`;

  const STRANGERS: readonly [string, () => Promise<RawConnection>][] = [
    ['a WebSocket that says nothing', () => RawConnection.webSocket(node.port)],
    [
      'a WebSocket with a bad token, that stays after the refusal',
      async () => {
        const connection = await RawConnection.webSocket(node.port);
        connection.sends('40{"token":"x"}');
        await connection.hears('"code":"unauthenticated"');
        return connection;
      },
    ],
    [
      'a WebSocket that asks for another namespace',
      async () => {
        const connection = await RawConnection.webSocket(node.port);
        connection.sends('40/admin,{}');
        await connection.hears('Invalid namespace');
        return connection;
      },
    ],
    [
      'a poll that begins a session and no more',
      async () => {
        const connection = await RawConnection.to(node.port);
        connection.says(HANDSHAKE);
        return connection;
      },
    ],
    [
      'a poll that waits',
      async () => {
        const connection = await RawConnection.to(node.port);
        connection.says(poll(await session()));
        return connection;
      },
    ],
    [
      'a poll whose body never comes',
      async () => {
        const connection = await RawConnection.to(node.port);
        connection.says(
          poll(await session())
            .replace('GET', 'POST')
            .replace('\r\n\r\n', '\r\nContent-Length: 9\r\n\r\n40'),
        );
        return connection;
      },
    ],
    [
      'a WebSocket that would go on with a session of polls, and does not',
      async () => RawConnection.webSocket(node.port, await session()),
    ],
  ];

  // All at once: each takes five seconds.
  const lifetimes = new Map<string, number>();
  beforeAll(async () => {
    const cut = STRANGERS.map(async ([who, connect]) => lifetimes.set(who, await (await connect()).lifetime));
    await Promise.all(cut);
  });

  it.each(STRANGERS)('is cut in time: %s', (who) => {
    expect(lifetimes.get(who)).toBeLessThan(IN_TIME_MS);
  });

  it('is not one that was let in', async () => {
    const raw = await RawConnection.webSocket(node.port);
    raw.sends(`40{"token":"${randomUUID()}"}`);
    await raw.hears('"ready"');
    const upgraded = await Device.connect(node.url, {
      transports: ['polling', 'websocket'],
      auth: { token: randomUUID() },
    });
    const polling = await Device.connect(node.url, {
      transports: ['polling'],
      auth: { token: randomUUID() },
    });
    await new Promise((resolve) => setTimeout(resolve, IN_TIME_MS));
    expect(upgraded.socket.connected).toBe(true);
    expect(upgraded.socket.io.engine.transport.name).toBe('websocket');
    expect(polling.socket.connected).toBe(true);
    expect(polling.socket.io.engine.transport.name).toBe('polling');
    raw.sends('42["nothing"]');
    raw.sends('421["nothing"]');
    await raw.hears('431[{"ok":false');
    for (const device of [upgraded, polling]) device.leaves();
    raw.ends();
  }, 15_000);
});

describe('a connection that was let in', () => {
  let node: RealtimeNode;
  beforeAll(async () => {
    node = await RealtimeNode.start();
  });
  afterAll(() => node.close());

  async function letIn(token: string = randomUUID()): Promise<RawConnection> {
    const connection = await RawConnection.webSocket(node.port);
    connection.sends(`40{"token":"${token}"}`);
    await connection.hears('"ready"');
    return connection;
  }

  it('ends when its token does', async () => {
    const device = await Device.connect(node.url, { auth: { token: `${randomUUID()} 1` } });
    const reason = new Promise((resolve) => device.socket.once('disconnect', resolve));
    expect(await reason).toBe('io server disconnect');
    expect(device.events).toEqual(['ready', 'session_expired']);
  });

  it('ends when its token does, by polls too', async () => {
    const device = await Device.connect(node.url, {
      transports: ['polling'],
      auth: { token: `${randomUUID()} 1` },
    });
    const reason = new Promise((resolve) => device.socket.once('disconnect', resolve));
    expect(await reason).toBe('io server disconnect');
    expect(device.events).toEqual(['ready', 'session_expired']);
  });

  it('ends with its token also when the client does not hang up', async () => {
    const connection = await letIn(`${randomUUID()} 1`);
    expect(await connection.lifetime).toBeLessThan(1_000 + GOODBYE_MS);
    expect(connection.heard).toContain('session_expired');
  });

  it('does not outlive a client that leaves and stays on the line', async () => {
    const connection = await letIn();
    connection.sends('41');
    expect(await connection.lifetime).toBeLessThan(GOODBYE_MS);
  });

  it('carries one socket', async () => {
    const connection = await letIn();
    const again = `40{"token":"${randomUUID()}"}`;
    connection.sends(again);
    expect(await connection.lifetime).toBeLessThan(GOODBYE_MS);

    const hasty = await RawConnection.webSocket(node.port);
    for (let n = 0; n < 20; n++) hasty.sends(again);
    await hasty.hears('"ready"');
    // Those that came before it was let in are refused; the first to come afterwards ends it.
    hasty.sends(again);
    expect(await hasty.lifetime).toBeLessThan(GOODBYE_MS);
    expect(hasty.heard.match(/"ready"/g)).toHaveLength(1);
  });

  const OFFENCES: readonly (readonly [what: string, data: string | Buffer])[] = [
    ['binary', Buffer.from([1, 2, 3])],
    ['binary said to follow, and following', '451-["send_message",{"_placeholder":true,"num":0}]'],
    ['a packet of no known type', '49["x"]'],
    ['no JSON', '42["send_message",'],
    ['no list', '42{"send_message":1}'],
    ['an event that is kept for the server', '42["disconnect"]'],
    ['another disconnect', '42["disconnecting","transport close"]'],
    ['a frame larger than 64 KiB', `42["send_message",{"content":"${'x'.repeat(70_000)}"}]`],
  ];

  describe('ends on', () => {
    const lifetimes = new Map<string, number>();
    beforeAll(async () => {
      const cut = OFFENCES.map(async ([what, data]) => {
        const connection = await letIn();
        connection.sends(data);
        connection.sends(Buffer.from([1]));
        lifetimes.set(what, await connection.lifetime);
      });
      await Promise.all(cut);
    });

    it.each(OFFENCES)('%s', (what) => {
      expect(lifetimes.get(what)).toBeLessThan(GOODBYE_MS);
    });
  });
});

describe('a node that stops', () => {
  it('waits for nobody', async () => {
    const node = await RealtimeNode.start();
    const stubborn = await RawConnection.webSocket(node.port);
    stubborn.sends(`40{"token":"${randomUUID()}"}`);
    await stubborn.hears('"ready"');
    const stranger = await RawConnection.webSocket(node.port);
    const polling = await Device.connect(node.url, {
      transports: ['polling'],
      auth: { token: randomUUID() },
    });
    const polite = await Device.connect(node.url, { auth: { token: randomUUID() } });
    const idle = await RawConnection.to(node.port);
    idle.says('GET /nothing HTTP/1.1\r\nHost: localhost\r\n\r\n');
    await idle.hears(' 404 ');

    const reason = new Promise((resolve) => polite.socket.once('disconnect', resolve));
    const started = performance.now();
    await node.close();
    expect(performance.now() - started).toBeLessThan(2_000);
    // From which clients come back by themselves.
    expect(await reason).toBe('transport close');
    await Promise.all([stubborn.lifetime, stranger.lifetime]);
    polling.leaves();
  });
});
