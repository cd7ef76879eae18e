import { displayableName } from './displayable-name';

describe('displayableName', () => {
  it.each([
    ['keeps an ordinary name', 'Aigul Nurlanova', 'Aigul Nurlanova'],
    ['keeps emoji, combining marks and right-to-left text', '👩🏽‍🚀 é ליאור', '👩🏽‍🚀 é ליאור'],
    ['keeps what looks like markup: escaping is for whoever makes a page', '<b>Bob</b>', '<b>Bob</b>'],
    ['trims', ' \u00a0Bob\u3000 ', 'Bob'],
    ['drops NUL and other control characters', 'B\0o\u001b\u0085b\r\n', 'Bob'],
    ['leaves nothing of a name made of nothing', ' \t\0 ', ''],
    ['mends a lone surrogate', 'Bob\ud83d', 'Bob\ufffd'],
    ['cuts at 200 code points', 'x'.repeat(5_000), 'x'.repeat(200)],
    ['never cuts through a character of two units', `x${'😀'.repeat(300)}`, `x${'😀'.repeat(199)}`],
    ['does not end in the space before the cut', `${'x'.repeat(199)} y`, 'x'.repeat(199)],
  ])('%s', (_what, name, shown) => {
    expect(displayableName(name)).toBe(shown);
  });
});
