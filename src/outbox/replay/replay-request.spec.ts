import { readReplayRequest, ReplayRefused } from './replay-request';

const NOW = new Date('2026-06-01T12:00:00.000Z');
const CHAT = '019aa5f0-12aa-7c3e-9b7a-2f6c1e8d4a10';
const read = (...args: string[]) => readReplayRequest(args, NOW, 72);

describe('what is asked of a replay', () => {
  it('is everything from a time until now', () => {
    expect(read('--from', '2026-06-01T11:00:00Z')).toEqual({
      from: new Date('2026-06-01T11:00:00Z'),
      to: NOW,
      conversationId: undefined,
    });
  });

  it('can be a part of it, and of one conversation', () => {
    const args = ['--to=2026-06-01T11:30:00.5+00:00', `--conversation=${CHAT}`];
    expect(read('--from=2026-06-01T12:00:00+01:00', ...args)).toEqual({
      from: new Date('2026-06-01T11:00:00Z'),
      to: new Date('2026-06-01T11:30:00.500Z'),
      conversationId: CHAT,
    });
  });

  it('is nothing that is still to come, and nothing that is kept no more', () => {
    expect(read('--from', '2020-01-01T00:00:00Z', '--to', '2030-01-01T00:00:00Z')).toMatchObject({
      from: new Date('2026-05-29T12:00:00Z'),
      to: NOW,
    });
  });

  it.each<[string, string[], RegExp]>([
    ['no time', [], /^--from is missing/],
    ['a word', ['--from', 'yesterday'], /^--from must be a time such as/],
    ['a date', ['--from', '2026-06-01'], /^--from must be a time such as/],
    ['a time without its offset', ['--from', '2026-06-01T11:00:00'], /^--from must be a time such as/],
    ['a day that is not there', ['--from', '2026-02-30T11:00:00Z'], /^--from must be a time such as/],
    [
      'an end that is no time',
      ['--from', '2026-06-01T11:00:00Z', '--to', 'now'],
      /^--to must be a time such as/,
    ],
    ['the future', ['--from', '2026-06-01T12:00:00Z'], /^--from must lie in the past/],
    [
      'an end before its beginning',
      ['--from', '2026-06-01T11:00:00Z', '--to', '2026-06-01T11:00:00Z'],
      /^--to must be later than --from/,
    ],
    [
      'what is kept no more',
      ['--from', '2026-05-01T11:00:00Z', '--to', '2026-05-02T11:00:00Z'],
      /^nothing is kept of that time/,
    ],
    [
      'a conversation without an id',
      ['--from', '2026-06-01T11:00:00Z', '--conversation', 'all'],
      /^--conversation must be a UUID/,
    ],
    ['an option that there is not', ['--since', '2026-06-01T11:00:00Z'], /--since/],
    ['something besides', ['--from', '2026-06-01T11:00:00Z', 'now'], /'now'/],
    ['an option without its value', ['--from'], /--from/],
  ])('is refused in one line where it is %s', (_what, args, line) => {
    const asked = (): unknown => read(...args);
    expect(asked).toThrow(ReplayRefused);
    expect(asked).toThrow(line);
    expect(asked).not.toThrow(/\n/);
  });
});
