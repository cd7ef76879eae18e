import { randomUUID } from 'node:crypto';
import type { Person } from '../support/chat-client';
import { Device } from '../support/device';
import { eventually } from '../support/eventually';
import { expectProblemObject, type RefusalCode } from '../support/problem';
import { request } from '../support/rest';
import { secondsFromNow, signedToken } from '../support/tokens';
import { SERVICE_TOKEN, World } from '../support/world';

/** A closed socket may have told it a little later, on a busy machine. */
const TO_THE_SECOND_MS = 1_000;

describe('the session of a socket', () => {
  let world: World;
  let url: string;
  let alice: Person;
  beforeAll(async () => {
    world = await World.start({ nodes: 2 });
    [url = ''] = world.nodeUrls;
    alice = world.person('Alice');
  });
  afterAll(() => world.stop());

  const tokenUntil = (exp: number, claims: object = {}): string =>
    signedToken({ sub: alice.id, exp, ...claims });

  /** Ends with its session, and says how many milliseconds too late that was. */
  async function end(device: Device, exp: number): Promise<number> {
    expect(await device.ended).toBe('io server disconnect');
    expect(device.events.at(-1)).toBe('session_expired');
    return Date.now() - exp * 1_000;
  }

  it.each(['websocket', 'polling'] as const)(
    'T05 lasts as long as the token it was refreshed with, to the second (%s)',
    async (transport) => {
      const [soon, later] = [secondsFromNow(4), secondsFromNow(6)];
      const device = await Device.connect(url, {
        auth: { token: tokenUntil(soon) },
        transports: [transport],
      });
      expect(await device.asks('refresh_token', { token: tokenUntil(later) })).toEqual({
        ok: true,
        data: null,
      });
      const late = await end(device, later);
      expect([late, late >= 0 && late < TO_THE_SECOND_MS]).toEqual([late, true]);
    },
  );

  it('ends earlier where the new token does', async () => {
    const soon = secondsFromNow(4);
    const device = await Device.connect(url, { auth: { token: tokenUntil(secondsFromNow(60)) } });
    await device.asks('refresh_token', { token: tokenUntil(soon) });
    expect(await end(device, soon)).toBeLessThan(TO_THE_SECOND_MS);
  });

  it('T05 stays as it was, to its old end, where it is given a token that is not good for it', async () => {
    const exp = secondsFromNow(6);
    const device = await Device.connect(url, { auth: { token: tokenUntil(exp) } });
    const later = secondsFromNow(60);
    const mallory = world.person('Mallory');
    await revokeSessionsOf(mallory);
    const refused: [unknown, RefusalCode][] = [
      [tokenUntil(later, { sub: randomUUID() }), 'unauthenticated'],
      [mallory.token, 'unauthenticated'],
      [tokenUntil(later, { tenant: randomUUID() }), 'unauthenticated'],
      [signedToken({ sub: alice.id, exp: later }, 'x'.repeat(32)), 'unauthenticated'],
      [tokenUntil(secondsFromNow(-60)), 'token_expired'],
      // Within the leeway for clocks that disagree, and no good for a session that goes on.
      [tokenUntil(secondsFromNow(-2)), 'token_expired'],
      ['garbage', 'unauthenticated'],
      ['', 'validation_failed'],
      [null, 'validation_failed'],
      [{ toString: tokenUntil(later) }, 'validation_failed'],
    ];
    for (const [token, code] of refused) {
      const ack = await device.asks('refresh_token', { token });
      expectProblemObject(ack.ok ? ack : ack.error, code);
    }
    expect(device.socket.connected).toBe(true);
    expect(Math.abs(await end(device, exp))).toBeLessThan(TO_THE_SECOND_MS);
  });

  it('goes on with a token issued after those before were revoked, at every node', async () => {
    const bob = world.person('Bob');
    const old = signedToken({ sub: bob.id, exp: secondsFromNow(60), iat: secondsFromNow(-60) });
    const devices = await Promise.all(
      world.nodeUrls.map((node) => Device.connect(node, { auth: { token: old } })),
    );
    const [here, there] = devices as [Device, Device];
    const fresh = signedToken({ sub: bob.id, exp: secondsFromNow(60), iat: secondsFromNow(1) });
    expect(await here.asks('refresh_token', { token: fresh })).toMatchObject({ ok: true });
    await revokeSessionsOf(bob);
    expect(await there.ended).toBe('io server disconnect');
    expect(there.events.at(-1)).toBe('session_expired');
    expect(here.socket.connected).toBe(true);
    const ack = await here.asks('refresh_token', { token: old });
    expectProblemObject(ack.ok ? ack : ack.error, 'unauthenticated');
    here.leaves();
  });

  it('hears the person’s conversations after a refresh as before', async () => {
    const bob = world.person('Bob');
    const chat = await alice.chatWith(bob);
    const device = await alice.at(1).connects();
    await device.asks('refresh_token', { token: alice.token });
    await bob.says(chat, 'still there?');
    await eventually(() => expect(device.messages.map(({ content }) => content)).toEqual(['still there?']));
    device.leaves();
  });

  async function revokeSessionsOf({ id }: Person): Promise<void> {
    const { status } = await request('POST', `${url}/v1/internal/events`, {
      headers: { authorization: `Bearer ${SERVICE_TOKEN}` },
      body: { type: 'user.sessions.revoked', uuid: id },
    });
    expect(status).toBe(202);
  }
});
