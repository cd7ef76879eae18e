import { Logger } from '@nestjs/common';
import { DependencyUnavailable } from '../../common/problem';
import type { Hearing, ListenersService } from '../../conversations';
import type { LocalSockets } from '../fanout/local-sockets';
import { type Typing, TypingFrames } from './typing-frames';

const typing: Typing = { tenantId: 't', conversationId: 'chat', userId: 'ann', audience: ['bob', 'cat'] };

describe('telling who types', () => {
  let hearing: Hearing;
  let failures: Error[];
  let asked: number;
  let answering: Promise<void> | undefined;
  let told: string[];
  let frames: TypingFrames;
  const passes = (ms: number): Promise<void> => jest.advanceTimersByTimeAsync(ms);

  beforeEach(() => {
    jest.useFakeTimers();
    hearing = { isMember: true, listeners: ['bob', 'cat', 'dan'] };
    [failures, asked, answering, told] = [[], 0, undefined, []];
    const listeners = {
      hearings: async (speakers: readonly unknown[]): Promise<Hearing[]> => {
        asked++;
        await answering;
        const failure = failures.shift();
        if (failure !== undefined) throw failure;
        return speakers.map(() => hearing);
      },
    };
    const sockets = {
      include: () => true,
      of: ({ userId }: { userId: string }) => [
        {
          conn: { writeBuffer: [] },
          emit: (_event: string, { isTyping }: { isTyping: boolean }) => told.push(`${userId} ${isTyping}`),
        },
      ],
    };
    frames = new TypingFrames(listeners as unknown as ListenersService, sockets as unknown as LocalSockets);
  });
  afterEach(() => {
    frames.onApplicationShutdown();
    expect(jest.getTimerCount()).toBe(0);
    jest.useRealTimers();
    jest.restoreAllMocks();
  });

  it('tells those of the audience who may still hear it, and asks once for all that came together', async () => {
    hearing = { isMember: true, listeners: ['cat', 'dan'] };
    frames.tell(typing, false);
    frames.tell({ ...typing, conversationId: 'another' }, true);
    expect(told).toEqual([]);
    await passes(50);
    expect(told).toEqual(['cat false', 'cat true']);
    expect(asked).toBe(1);
  });

  it('tells all of an audience that is known to be right, at once', () => {
    frames.tellNow(typing, true);
    expect(told).toEqual(['bob true', 'cat true']);
    expect(asked).toBe(0);
  });

  it('tells of the end of one who was removed, and not of the beginning', async () => {
    hearing = { isMember: false, listeners: ['bob'] };
    frames.tell(typing, true);
    await passes(50);
    expect(told).toEqual([]);
    frames.tell(typing, false);
    await passes(50);
    expect(told).toEqual(['bob false']);
  });

  it('tells neither where the one is over before the other was told', async () => {
    frames.tell(typing, true);
    frames.tell(typing, false);
    await passes(1_000);
    frames.tell(typing, false);
    frames.tellNow(typing, true);
    await passes(1_000);
    expect([told, asked]).toEqual([[], 0]);
  });

  it('keeps the order where more comes while it asks', async () => {
    let answer = (): void => undefined;
    answering = new Promise((resolve) => (answer = resolve));
    frames.tell(typing, false);
    await passes(50);
    frames.tellNow(typing, true);
    expect(told).toEqual([]);
    answer();
    await passes(50);
    expect(told).toEqual(['bob false', 'cat false', 'bob true', 'cat true']);
  });

  it('tells nobody anything while Postgres is away, and what is still so afterwards', async () => {
    failures = [new DependencyUnavailable('postgres'), new DependencyUnavailable('postgres')];
    const another = { ...typing, conversationId: 'another' };
    frames.tell(typing, false);
    frames.tell(another, true);
    await passes(50);
    frames.tell(another, false);
    await passes(1_999);
    expect(told).toEqual([]);
    await passes(1);
    expect(told).toEqual(['bob false', 'cat false']);
  });

  it('goes on after a failure of its own', async () => {
    jest.spyOn(Logger.prototype, 'error').mockReturnValue();
    failures = [new Error('a bug')];
    frames.tell(typing, false);
    await passes(50);
    frames.tell(typing, true);
    await passes(50);
    expect(told).toEqual(['bob true', 'cat true']);
  });
});
