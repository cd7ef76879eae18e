import { Logger } from '@nestjs/common';
import type { Announcement } from './chat-event';
import { EventAnnouncer } from './event-announcer';

const SOMETHING = [{ event: { rev: 1 } }, { event: { rev: 2 } }] as unknown as Announcement[];

describe('an announcement', () => {
  let announcer: EventAnnouncer;
  let logged: jest.SpyInstance;
  beforeEach(() => {
    announcer = new EventAnnouncer();
    logged = jest.spyOn(Logger.prototype, 'error').mockReturnValue();
  });
  afterEach(() => logged.mockRestore());

  it('reaches every listener before it returns, in the order they came', () => {
    const heard: string[] = [];
    announcer.listen((announcements) =>
      heard.push(`one: ${announcements.map(({ event }) => event.rev).join()}`),
    );
    announcer.listen((announcements) => heard.push(`other: ${announcements.length}`));
    announcer.announce(SOMETHING);
    expect(heard).toEqual(['one: 1,2', 'other: 2']);
  });

  it('says whether it may have been made before', () => {
    const listener = jest.fn();
    announcer.listen(listener);
    announcer.announce(SOMETHING);
    announcer.announceAgain(SOMETHING);
    expect(listener.mock.calls).toEqual([
      [SOMETHING, false],
      [SOMETHING, true],
    ]);
  });

  it('is not made of nothing', () => {
    const listener = jest.fn();
    announcer.listen(listener);
    announcer.announce([]);
    expect(listener).not.toHaveBeenCalled();
  });

  it('reaches the others when one listener fails, and does not hurt whoever made it', () => {
    const other = jest.fn();
    announcer.listen(() => {
      throw new Error('out of order');
    });
    announcer.listen(other);
    expect(() => announcer.announce(SOMETHING)).not.toThrow();
    expect(other).toHaveBeenCalledWith(SOMETHING, false);
    expect(logged).toHaveBeenCalledTimes(1);
  });

  it('goes to nobody when nobody listens', () => {
    expect(() => announcer.announce(SOMETHING)).not.toThrow();
  });
});
