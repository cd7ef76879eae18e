import type { ServerResponse } from 'node:http';
import { LiveStreamTransport } from './live-stream-transport';

/** An answer that is taken when the test says so. */
class SlowAnswer {
  readonly written: string[] = [];
  readonly takes: ((error?: Error) => void)[] = [];
  isEnded = false;
  isDestroyed = false;

  write(text: string, taken: (error?: Error) => void): void {
    this.written.push(text);
    this.takes.push(taken);
  }

  end(): void {
    this.isEnded = true;
  }

  destroy(): void {
    this.isDestroyed = true;
  }

  once(): void {
    // It closes when nobody looks any more.
  }
}

const nextTick = (): Promise<void> => new Promise((resolve) => process.nextTick(resolve));
const message = (data: string) => ({ type: 'message', data });

describe('the transport of a stream', () => {
  let answer: SlowAnswer;
  let begun: number;
  let transport: LiveStreamTransport;
  let events: unknown[][];
  beforeEach(() => {
    [answer, begun, events] = [new SlowAnswer(), 0, []];
    transport = new LiveStreamTransport(() => {
      begun++;
      return answer as unknown as ServerResponse;
    });
    for (const event of ['drain', 'ready', 'packet', 'close'])
      transport.on(event, (...args: unknown[]) => events.push([event, ...args]));
  });

  /** Let in, and nothing on its way. */
  function open(): void {
    transport.send([message('0{"sid":"x"}')]);
    answer.takes.shift()?.();
    events.length = 0;
    answer.written.length = 0;
  }

  it('says nothing before somebody is let in', async () => {
    transport.send([{ type: 'open' }, message('4{"message":"refused"}')] as never);
    await nextTick();
    expect([begun, answer.written]).toEqual([0, []]);
    expect([transport.writable, events]).toEqual([true, [['drain'], ['ready']]]);
    transport.send([message('0{"sid":"x"}'), message('2["session_expired"]')]);
    expect(begun).toBe(1);
    expect(answer.written.join()).toMatch(/^retry: \d+\n\nevent: session_expired\ndata: \{\}\n\n$/);
  });

  it('lets the engine keep what comes until the system has taken what came before', () => {
    open();
    transport.send([message('2["session_expired"]')]);
    expect([transport.writable, events]).toEqual([false, []]);
    answer.takes.shift()?.();
    expect([transport.writable, events]).toEqual([true, [['drain'], ['ready']]]);
  });

  it('tells the engine that somebody is there once a heartbeat is taken', () => {
    open();
    transport.send([{ type: 'ping' }]);
    expect([answer.written, events]).toEqual([[':\n\n'], []]);
    answer.takes.shift()?.();
    expect(events).toEqual([['drain'], ['packet', { type: 'pong' }], ['ready']]);
  });

  it('is closed when a write fails', () => {
    open();
    transport.send([message('2["session_expired"]')]);
    answer.takes.shift()?.(new Error('gone'));
    expect(events).toEqual([['close']]);
  });

  it('ends the answer when it is closed, and cuts it when it is given up', () => {
    open();
    transport.close();
    expect([answer.isEnded, answer.isDestroyed]).toEqual([true, false]);

    transport = new LiveStreamTransport(() => answer as unknown as ServerResponse);
    open();
    transport.discard();
    transport.close();
    expect(answer.isDestroyed).toBe(true);
  });
});
