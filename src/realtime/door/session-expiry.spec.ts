import { EventEmitter } from 'node:events';
import type { ChatSocket } from '../socket-contract';
import { SessionExpiry } from './session-expiry';

class FakeSocket extends EventEmitter {
  readonly said: string[] = [];

  constructor(readonly data: { expiresAt: Date }) {
    super();
  }

  override emit(event: string): boolean {
    this.said.push(event);
    return true;
  }

  disconnect(): void {
    this.said.push('cut');
    super.emit('disconnect');
  }
}

describe('SessionExpiry', () => {
  beforeEach(() => jest.useFakeTimers());
  afterEach(() => {
    expect(jest.getTimerCount()).toBe(0);
    jest.useRealTimers();
  });

  function socketUntil(ms: number): FakeSocket {
    const socket = new FakeSocket({ expiresAt: new Date(Date.now() + ms) });
    new SessionExpiry().watch(socket as unknown as ChatSocket);
    return socket;
  }

  it('ends a session when its token does', () => {
    const socket = socketUntil(60_000);
    jest.advanceTimersByTime(59_999);
    expect(socket.said).toEqual([]);
    jest.advanceTimersByTime(1);
    expect(socket.said).toEqual(['session_expired', 'cut']);
  });

  it('ends at once one that was let in by the leeway', () => {
    expect(socketUntil(-3_000).said).toEqual(['session_expired', 'cut']);
  });

  it('waits longer than a timer can', () => {
    const days = 24 * 60 * 60 * 1_000;
    const socket = socketUntil(100 * days);
    jest.advanceTimersByTime(99 * days);
    expect(socket.said).toEqual([]);
    jest.advanceTimersByTime(1 * days);
    expect(socket.said).toEqual(['session_expired', 'cut']);
  });

  it('leaves nothing behind of a socket that went before', () => {
    socketUntil(60_000).disconnect();
  });
});
