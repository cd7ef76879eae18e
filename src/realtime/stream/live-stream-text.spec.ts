import { Encoder, PacketType } from 'socket.io-parser';
import { streamTextOf } from './live-stream-text';

/** As Socket.IO writes it. */
function packetOf(...data: unknown[]): string {
  const [packet] = new Encoder().encode({ type: PacketType.EVENT, nsp: '/', data }) as [string];
  return packet;
}

describe('the text of a stream', () => {
  it('has an event for an event, its object as it is', () => {
    const frame = { message: { content: '", new_message: \n\r\u2028 {[', seq: 1 } };
    expect(streamTextOf(packetOf('new_message', frame))).toBe(
      `event: new_message\ndata: ${JSON.stringify(frame)}\n\n`,
    );
  });

  it('gives an event that says nothing an object to say it with', () => {
    expect(streamTextOf(packetOf('session_expired'))).toBe('event: session_expired\ndata: {}\n\n');
  });

  it('names what a client can go on from', () => {
    expect(streamTextOf(packetOf('ready', { userId: 'a', since: 'token' }))).toMatch(
      /^event: ready\nid: token\ndata: \{"userId":"a","since":"token"\}\n\n$/,
    );
    expect(
      streamTextOf(packetOf('sync', { messages: [{ next: 'no' }], next: 'page', hasMore: true })),
    ).toMatch(/\nid: page\n/);
  });

  it('takes that back where there is nothing to go on from', () => {
    expect(streamTextOf(packetOf('ready', { userId: 'a', since: null }))).toContain('\nid: \n');
  });

  it('says when to come back: soon, not all at once, and after a goodbye not by oneself', () => {
    const soon = Array.from({ length: 50 }, () =>
      Number(/^retry: (\d+)\n\n$/.exec(streamTextOf('0{"sid":"x"}'))?.[1]),
    );
    expect(Math.min(...soon)).toBeGreaterThanOrEqual(1_000);
    expect(Math.max(...soon)).toBeLessThanOrEqual(3_000);
    expect(new Set(soon).size).toBeGreaterThan(1);
    expect(streamTextOf('1')).toBe('retry: 86400000\n\n');
  });

  it('has nothing for a refusal, which is an answer of its own', () => {
    expect(streamTextOf('4{"message":"refused"}')).toBe('');
  });
});
