import type { Poll } from './poll';
import { tally } from './tally.rules';
import type { Vote } from './vote';

const CLOSING = '2026-01-10T12:00:00.000Z';

const poll: Poll = {
  id: 'the poll',
  conversationId: 'the conversation',
  seq: 1,
  question: 'What shall we drink?',
  options: ['Tea', 'Coffee', 'Water'],
  closesAt: CLOSING,
};

function vote(voterId: string, option: number, { pollId = poll.id, sentAt = CLOSING } = {}): Vote {
  return { pollId, option, voterId, sentAt };
}

describe('a tally', () => {
  it.each<[what: string, votes: Vote[], counts: number[], voters: string[]]>([
    ['of no votes is all noughts', [], [0, 0, 0], []],
    [
      'counts each person',
      [vote('alice', 1), vote('bob', 1), vote('carol', 2)],
      [0, 2, 1],
      ['alice', 'bob', 'carol'],
    ],
    [
      'counts the last vote of a person',
      [vote('alice', 0), vote('bob', 0), vote('alice', 2)],
      [1, 0, 1],
      ['alice', 'bob'],
    ],
    [
      'does not count what was meant for another poll',
      [vote('alice', 0, { pollId: 'another' })],
      [0, 0, 0],
      [],
    ],
    [
      'does not count what came too late',
      [vote('alice', 0), vote('alice', 1, { sentAt: '2026-01-10T12:00:00.001Z' })],
      [1, 0, 0],
      ['alice'],
    ],
  ])('%s', (_what, votes, counts, voters) => {
    const result = tally(poll, votes);
    expect(result.options).toEqual(poll.options.map((text, index) => ({ text, votes: counts[index] })));
    expect([...result.voters]).toEqual(voters);
  });
});
