import type { Frame } from './frame';
import { type Loss, SenderNumbers } from './sender-numbers';

const PEER = '11111111-1111-4111-8111-111111111111';

function frame(kind: Frame['kind'], n: number, node = PEER): Frame {
  return { node, n, kind, deliveries: [] };
}

describe('SenderNumbers', () => {
  let numbers: SenderNumbers;
  let now: number;
  beforeEach(() => {
    now = 1_000_000;
    numbers = new SenderNumbers(now);
  });

  const hear = (kind: Frame['kind'], n: number): Loss => numbers.hear(frame(kind, n), now);
  const pass = (ms: number): number => (now += ms);
  /** Time goes by second by second, and each is looked at. */
  const wait = (seconds: number): number =>
    Array.from({ length: seconds }, () => numbers.fallenSilent(pass(1_000))).reduce((a, b) => a + b, 0);

  it('is content with numbers in a row, and beats between them', () => {
    const losses = [hear('changes', 57), hear('changes', 58), hear('beat', 58), hear('changes', 59)];
    expect(new Set(losses)).toEqual(new Set(['none']));
  });

  it('notices that a number is missing, once', () => {
    hear('changes', 57);
    expect(hear('changes', 59)).toBe('some');
    expect(hear('changes', 60)).toBe('none');
  });

  it('notices by a beat that the last one was lost', () => {
    hear('changes', 57);
    expect(hear('beat', 58)).toBe('some');
    expect(hear('beat', 58)).toBe('none');
  });

  it('notices by a goodbye that the last one was lost', () => {
    hear('changes', 57);
    expect(hear('bye', 58)).toBe('some');
  });

  it('follows each node by itself', () => {
    hear('changes', 57);
    const other = '22222222-2222-4222-8222-222222222222';
    expect(numbers.hear(frame('changes', 3, other), now)).toBe('none');
    expect(hear('changes', 58)).toBe('none');
  });

  it('is not led astray by a repetition', () => {
    hear('changes', 58);
    expect(hear('changes', 57)).toBe('none');
    expect(hear('changes', 59)).toBe('none');
  });

  describe('a node heard for the first time', () => {
    it('just after listening began, is taken as it is', () => {
      pass(1_000);
      expect(hear('beat', 57)).toBe('none');
    });

    it.each([
      ['beat', 0],
      ['changes', 1],
    ] as const)('later, is one that begins (%s %i)', (kind, n) => {
      pass(60_000);
      expect(hear(kind, n)).toBe('none');
    });

    it.each([
      ['beat', 1],
      ['changes', 2],
    ] as const)('later, has said something that was lost, nobody knows how long ago (%s %i)', (kind, n) => {
      pass(60_000);
      expect(hear(kind, n)).toBe('ages');
    });
  });

  describe('after a new beginning', () => {
    beforeEach(() => {
      hear('changes', 57);
      pass(60_000);
      numbers.restart(now);
    });

    it('a node is taken as it is', () => {
      expect(hear('changes', 99)).toBe('none');
      expect(hear('changes', 101)).toBe('some');
    });

    it('a node is missing until it is heard', () => {
      expect(numbers.missing).toEqual([PEER]);
      hear('beat', 57);
      expect(numbers.missing).toEqual([]);
    });

    it.each([
      ['has said nothing since', 57, 'none'],
      ['went on working', 58, 'some'],
    ] as const)('a node that comes late and %s is known', (_what, n, loss) => {
      pass(2_000);
      expect(hear('beat', n)).toBe(loss);
    });

    it('a node that does not come falls silent, and is no stranger when it does', () => {
      expect(wait(5)).toBe(1);
      expect(hear('beat', 80)).toBe('some');
    });

    it('a node that was silent before stays so', () => {
      hear('beat', 57);
      wait(5);
      numbers.restart(now);
      expect(wait(10)).toBe(0);
      expect(numbers.missing).toEqual([PEER]);
    });
  });

  describe('silence', () => {
    it('is noticed within five seconds, and once', () => {
      hear('beat', 57);
      expect(wait(5)).toBe(1);
      expect(wait(60)).toBe(0);
    });

    it('is none while beats come', () => {
      for (let n = 0; n < 10; n++) {
        hear('beat', 57);
        expect(wait(1)).toBe(0);
      }
    });

    it('is none after a goodbye', () => {
      hear('beat', 57);
      hear('bye', 57);
      expect(wait(60)).toBe(0);
    });

    it('ends without loss when the node comes back with nothing new', () => {
      hear('beat', 57);
      wait(10);
      expect(hear('beat', 57)).toBe('none');
    });

    it('ends with a loss when the node went on working meanwhile', () => {
      hear('beat', 57);
      wait(10);
      expect(hear('beat', 80)).toBe('some');
    });

    it('is not blamed on others when this process stood still', () => {
      hear('beat', 57);
      wait(1);
      expect(numbers.fallenSilent(pass(20_000))).toBe(0);
      hear('beat', 57);
      expect(wait(2)).toBe(0);
    });

    it('is not blamed on others while this process hears nobody', () => {
      hear('beat', 57);
      for (let second = 0; second < 10; second++) numbers.hearsNobody(pass(1_000));
      expect(wait(3)).toBe(0);
      expect(wait(2)).toBe(1);
    });

    it('makes a node one that is missing, until it is heard or known to be gone', () => {
      hear('beat', 57);
      expect(numbers.missing).toEqual([]);
      wait(5);
      expect(numbers.missing).toEqual([PEER]);
      hear('beat', 57);
      expect(numbers.missing).toEqual([]);
      wait(5);
      numbers.forget([PEER]);
      expect(numbers.missing).toEqual([]);
      expect(hear('beat', 57)).toBe('ages');
    });

    it('is over for a node that was heard while it was asked whether it is gone', () => {
      hear('beat', 57);
      numbers.forget([PEER]);
      expect(hear('beat', 57)).toBe('none');
    });

    it('does not keep nodes for ever', () => {
      hear('beat', 57);
      wait(3_700);
      expect(hear('beat', 57)).toBe('ages');
    });
  });
});
