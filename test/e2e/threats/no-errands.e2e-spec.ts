import { once } from 'node:events';
import { createServer as createHttpServer } from 'node:http';
import { type AddressInfo, createServer, Socket } from 'node:net';
import type { Person } from '../../support/chat-client';
import { eventually } from '../../support/eventually';
import { request } from '../../support/rest';
import { signedToken, secondsFromNow } from '../../support/tokens';
import { World } from '../../support/world';

const REDIRECTS = [301, 302, 303, 307, 308];

/** A place inside the network that nobody outside should be able to send this service to. It counts its visitors. */
async function startTrap() {
  let visits = 0;
  const server = createServer((visitor) => {
    visits++;
    visitor.on('error', () => undefined).end('HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}');
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const { port } = server.address() as AddressInfo;
  return { port, visits: () => visits, close: () => server.close() };
}

describe('T19 the service goes nowhere for anybody', () => {
  let world: World;
  let trap: Awaited<ReturnType<typeof startTrap>>;
  let alice: Person;
  let bob: Person;
  /** Every port that this process dials. The nodes run in it, and so does what talks to them. */
  const dialled: jest.SpyInstance = jest.spyOn(Socket.prototype, 'connect');
  beforeAll(async () => {
    trap = await startTrap();
    world = await World.start({ nodes: 2 });
    [alice, bob] = [world.person('Alice'), world.person('Bob')];
  });
  beforeEach(() => world.kaha.behave({ kind: 'ok' }));
  afterAll(async () => {
    dialled.mockRestore();
    await world.stop();
    trap.close();
  });

  const inside = (): string[] => {
    const { port } = trap;
    const hosts = [
      '127.0.0.1',
      'localhost',
      '[::1]',
      '[::ffff:127.0.0.1]',
      '0.0.0.0',
      '2130706433',
      '0x7f.1',
      '127.1',
    ];
    const addresses = hosts.flatMap((host) => [`http://${host}:${port}/`, `https://${host}:${port}/a.png`]);
    return [
      ...addresses,
      `https://user:pass@127.0.0.1:${port}/`,
      `gopher://127.0.0.1:${port}/_GET`,
      `ws://127.0.0.1:${port}/`,
      `//127.0.0.1:${port}/`,
      `file://127.0.0.1:${port}/etc/passwd`,
      `http://127.0.0.1:${port}/latest/meta-data/`,
    ];
  };

  it('not for an address that somebody writes, wherever it may stand', async () => {
    const chat = await alice.chatWith(bob);
    const [device, his] = [await alice.connects(), await bob.at(1).connects()];
    for (const address of inside()) {
      const { status, body } = await alice.says(chat, address, {
        metadata: { preview: address, url: address },
      });
      expect(status).toBe(201);
      const path = `/v1/conversations/${chat.id}/messages/${body.id}`;
      await alice.asks('PATCH', path, { body: { content: `see ${address}` } });
      await device.says(chat, `![x](${address}) <img src="${address}"> ${address}`);
      await alice.founds([bob], { avatarUrl: address, name: address });
    }
    await eventually(() => expect(his.messages.length).toBeGreaterThan(2 * inside().length - 1));
    await bob.reads(chat, { limit: 100 });
  });

  it('not for the pictures and names that upstream tells of', async () => {
    for (const address of inside()) {
      const mallory = world.person('Mallory');
      world.kaha.knowsUsers({ uuid: mallory.id, name: address, avatar_url: address });
      await mallory.chatWith(alice);
    }
    expect((await alice.inbox({ limit: 100 })).status).toBe(200);
  });

  it('not for what a request says of where it was sent to', async () => {
    const here = `127.0.0.1:${trap.port}`;
    for (const name of [
      'x-forwarded-host',
      'x-forwarded-server',
      'forwarded',
      'referer',
      'x-original-url',
      'origin',
      'x-callback-url',
      'x-tenant-id',
      'traceparent',
    ]) {
      const { body } = await alice.asks('GET', '/v1/users/me', { headers: { [name]: `http://${here}/` } });
      expect(JSON.stringify(body)).not.toContain(here);
    }
    world.kaha.calls.forEach(({ headers }) => expect(JSON.stringify(headers)).not.toContain(here));
  });

  it('not where upstream sends it: a redirect is an outage, to another path of its own as well', async () => {
    for (const location of [
      `http://127.0.0.1:${trap.port}/`,
      '/api/batch/profiles',
      `//127.0.0.1:${trap.port}/`,
    ]) {
      world.kaha.forgetCalls();
      world.kaha.behave({ kind: 'redirect', location });
      const { participants } = await alice.chatWith(world.person('Carol'));
      expect(participants.map(({ profile }) => profile.stale)).toEqual([true, true]);
      expect(world.kaha.calls).toHaveLength(1);
    }
  });

  it('not further than upstream’s first mebibyte', async () => {
    world.kaha.behave({ kind: 'huge', bytes: 256 * 1024 * 1024 });
    const before = process.memoryUsage().arrayBuffers;
    const started = performance.now();
    const { participants } = await alice.chatWith(world.person('Carol'));
    expect(participants[0]?.profile.stale).toBe(true);
    expect(performance.now() - started).toBeLessThan(3_000);
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(300 * 1024 * 1024);
  });

  it.each(REDIRECTS)(
    'not where the issuer’s key set sends it (%i), nor to a second copy of it',
    async (status) => {
      let asked = 0;
      const issuer = createHttpServer((_incoming, answer) => {
        asked++;
        answer.writeHead(status, { location: `http://127.0.0.1:${trap.port}/jwks` }).end();
      });
      await once(issuer.listen(0, '127.0.0.1'), 'listening');
      const { port } = issuer.address() as AddressInfo;
      const node = await world.startNode({ JWT_SECRET: '', JWT_JWKS_URL: `http://127.0.0.1:${port}/jwks` });
      const token = signedToken({ sub: alice.id, exp: secondsFromNow(60) }, 'x'.repeat(32), {
        alg: 'RS256',
        kid: 'k',
      });
      const answers = await Promise.all(
        Array.from({ length: 20 }, () =>
          request('GET', `${world.nodeUrls[node]}/v1/users/me`, {
            headers: { authorization: `Bearer ${token}` },
          }),
        ),
      );
      expect(answers.map((answer) => answer.status)).toEqual(Array<number>(20).fill(503));
      expect(asked).toBe(1);
      await world.stopNode(node);
      issuer.close();
      issuer.closeAllConnections();
    },
  );

  it('nowhere: nobody came to where all of this would have led', () => {
    expect(dialled.mock.calls.length).toBeGreaterThan(10);
    expect(dialled.mock.calls.filter((call) => JSON.stringify(call).includes(String(trap.port)))).toEqual([]);
    expect(trap.visits()).toBe(0);
  });
});
