import { Logger } from '@nestjs/common';
import { DiscoveryModule } from '@nestjs/core';
import { Test, type TestingModule } from '@nestjs/testing';
import { currentContext } from '../common/request-context';
import type { Announcement, ChatEvent, ChatEventType } from './chat-event';
import { EventAnnouncer } from './event-announcer';
import { type EventReaction, Reaction } from './reaction';
import { ReactionRunner } from './reaction-runner';

const TRACE = '4bf92f3577b34da6a3ce929d0e0e4736';

/** Notes each event it is told, and is done with it when the test says so. */
@Reaction()
class Slow implements EventReaction {
  readonly name = 'slow';
  readonly eventTypes: readonly ChatEventType[] = ['MessageCreated'];
  readonly told: number[] = [];
  done: () => void = () => undefined;

  react({ rev }: ChatEvent): Promise<void> {
    this.told.push(rev);
    return new Promise((resolve) => (this.done = resolve));
  }
}

/** Notes what a line of the log would carry. */
@Reaction()
class Traced implements EventReaction {
  readonly name = 'traced';
  readonly eventTypes: readonly ChatEventType[] = ['MessageCreated'];
  trace = '';

  async react(): Promise<void> {
    await Promise.resolve();
    this.trace = currentContext().traceId;
  }
}

/** Fails at every other event, in one way or another. */
@Reaction()
class Clumsy implements EventReaction {
  readonly name = 'clumsy';
  readonly eventTypes: readonly ChatEventType[] = ['MessageCreated', 'ConversationCreated'];
  readonly told: number[] = [];

  react({ rev }: ChatEvent): Promise<void> {
    this.told.push(rev);
    if (rev % 4 === 0) throw new Error('before there was a promise');
    return rev % 2 === 0 ? Promise.reject(new Error('after a while')) : Promise.resolve();
  }
}

/** Nobody marked it. */
class Unmarked extends Clumsy {}

describe('reactions', () => {
  let app: TestingModule;
  let slow: Slow;
  let clumsy: Clumsy;
  let errors: jest.SpyInstance;
  let warnings: jest.SpyInstance;

  beforeEach(async () => {
    jest.useFakeTimers();
    errors = jest.spyOn(Logger.prototype, 'error').mockReturnValue();
    warnings = jest.spyOn(Logger.prototype, 'warn').mockReturnValue();
    app = await Test.createTestingModule({
      imports: [DiscoveryModule],
      providers: [EventAnnouncer, ReactionRunner, Slow, Clumsy, Unmarked, Traced],
    }).compile();
    await app.init();
    slow = app.get(Slow);
    clumsy = app.get(Clumsy);
  });
  afterEach(async () => {
    const closing = app.close();
    await jest.advanceTimersByTimeAsync(10_000);
    await closing;
    jest.useRealTimers();
    jest.restoreAllMocks();
  });

  async function happen(...revs: number[]): Promise<void> {
    announce('MessageCreated', ...revs);
    await jest.advanceTimersByTimeAsync(0);
  }

  function announce(eventType: ChatEventType, ...revs: number[]): void {
    const announcements = revs.map((rev) => ({
      event: { eventType, rev, traceId: TRACE },
    })) as unknown as Announcement[];
    app.get(EventAnnouncer).announce(announcements);
  }

  it('are not waited for by whoever made the change', () => {
    announce('MessageCreated', 1);
    expect(slow.told).toEqual([]);
  });

  it('are told of the events they asked for, if they are marked', async () => {
    announce('ConversationCreated', 1);
    await happen(2);
    expect(slow.told).toEqual([2]);
    expect(clumsy.told).toEqual([1, 2]);
    expect(app.get(Unmarked).told).toEqual([]);
  });

  it('are told one event at a time, in order', async () => {
    await happen(1, 2);
    await happen(3);
    expect(slow.told).toEqual([1]);
    for (const told of [
      [1, 2],
      [1, 2, 3],
    ]) {
      slow.done();
      await jest.advanceTimersByTimeAsync(0);
      expect(slow.told).toEqual(told);
    }
  });

  it('carry the trace of what they react to', async () => {
    await happen(1);
    expect(app.get(Traced).trace).toBe(TRACE);
  });

  it('do not hold each other up', async () => {
    await happen(1, 3, 5, 7);
    expect(slow.told).toEqual([1]);
    expect(clumsy.told).toEqual([1, 3, 5, 7]);
  });

  it('go on with the next event when they fail at one', async () => {
    await happen(1, 2, 3, 4, 5);
    expect(clumsy.told).toEqual([1, 2, 3, 4, 5]);
    expect(errors).toHaveBeenCalledTimes(2);
    expect(errors).toHaveBeenCalledWith(
      expect.objectContaining({ reaction: 'clumsy', eventType: 'MessageCreated' }),
    );
  });

  it('are waited for no longer than five seconds', async () => {
    await happen(1, 2);
    await jest.advanceTimersByTimeAsync(4_999);
    expect(slow.told).toEqual([1]);
    await jest.advanceTimersByTimeAsync(1);
    expect(slow.told).toEqual([1, 2]);
  });

  it('are spared what comes when a thousand events wait, and only the slow one is', async () => {
    const odd = Array.from({ length: 1_010 }, (_, index) => 2 * index + 1);
    await happen(...odd.slice(0, 1_000));
    expect(warnings).not.toHaveBeenCalled();
    await happen(...odd.slice(1_000));
    expect(warnings).toHaveBeenCalledTimes(10);
    expect(warnings).toHaveBeenCalledWith(expect.objectContaining({ reaction: 'slow' }));
    expect(clumsy.told).toHaveLength(1_010);
  });

  it('finish what they were told when the process stops, within two seconds', async () => {
    await happen(1, 2);
    let closed = false;
    const closing = app.close().then(() => (closed = true));
    slow.done();
    await jest.advanceTimersByTimeAsync(1_999);
    expect([slow.told, closed]).toEqual([[1, 2], false]);
    await jest.advanceTimersByTimeAsync(1);
    expect(closed).toBe(true);
    await closing;
  });
});
