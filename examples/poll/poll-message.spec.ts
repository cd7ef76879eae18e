import { ValidationFailed } from '../../src/common/problem';
import { PollMessage } from './poll-message';
import { LONGEST_OPEN_MS } from './poll.rules';

const poll = new PollMessage();
const options = ['Tea', 'Coffee'];

function inAnHour(): string {
  return new Date(Date.now() + 3_600_000).toISOString();
}

/** The paths of what is wrong with a body. */
function faults(content: string | undefined, payload: Record<string, unknown> | undefined): string[] {
  try {
    poll.prepare({ content, payload });
    return [];
  } catch (error) {
    if (!(error instanceof ValidationFailed)) throw error;
    return [...new Set(error.errors?.map(({ path }) => path))];
  }
}

describe('a poll', () => {
  it('is its question and its options, as they were sent', () => {
    const closesAt = inAnHour();
    expect(poll.prepare({ content: 'What shall we drink?', payload: { options, closesAt } })).toEqual({
      content: 'What shall we drink?',
      payload: { options, closesAt },
    });
  });

  it('closes after the longest time there is, if nobody says when', () => {
    const before = Date.now();
    const { payload } = poll.prepare({ content: 'What shall we drink?', payload: { options } });
    const closes = Date.parse(String(payload?.['closesAt']));
    expect(closes).toBeGreaterThanOrEqual(before + LONGEST_OPEN_MS);
    expect(closes).toBeLessThanOrEqual(Date.now() + LONGEST_OPEN_MS);
  });

  it('takes options of 80 characters, however many units of UTF-16 they have', () => {
    expect(faults('Which?', { options: ['🫖'.repeat(80), '☕'] })).toEqual([]);
  });

  it.each<
    [what: string, content: string | undefined, payload: Record<string, unknown> | undefined, at: string]
  >([
    ['no question', undefined, { options }, 'content'],
    ['a blank question', ' \n', { options }, 'content'],
    ['no payload', 'Which?', undefined, 'payload'],
    ['no options', 'Which?', {}, 'payload.options'],
    ['options that are no list', 'Which?', { options: 'Tea' }, 'payload.options'],
    ['one option', 'Which?', { options: ['Tea'] }, 'payload.options'],
    ['eleven options', 'Which?', { options: [...'abcdefghijk'] }, 'payload.options'],
    ['an option twice', 'Which?', { options: ['Tea', 'Tea'] }, 'payload.options'],
    ['an empty option', 'Which?', { options: ['Tea', ''] }, 'payload.options'],
    ['a blank option', 'Which?', { options: ['Tea', ' '] }, 'payload.options'],
    ['a long option', 'Which?', { options: ['Tea', 'x'.repeat(81)] }, 'payload.options'],
    ['an option that is no text', 'Which?', { options: ['Tea', 7] }, 'payload.options'],
    ['a day for a time', 'Which?', { options, closesAt: '2026-01-31' }, 'payload.closesAt'],
    ['a time of no zone', 'Which?', { options, closesAt: '2026-01-31T18:00:00' }, 'payload.closesAt'],
    ['a time that is none', 'Which?', { options, closesAt: '2026-99-31T18:00:00Z' }, 'payload.closesAt'],
    ['a time that is past', 'Which?', { options, closesAt: '2020-01-31T18:00:00Z' }, 'payload.closesAt'],
    ['a null time', 'Which?', { options, closesAt: null }, 'payload.closesAt'],
    ['an unknown field', 'Which?', { options, anonymous: true }, 'payload.anonymous'],
  ])('with %s is refused', (_what, content, payload, path) => {
    expect(faults(content, payload)).toEqual([path]);
  });
});
