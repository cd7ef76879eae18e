import { isWelcome } from './origin.rules';

const ALLOWED = ['https://app.example.org', 'http://localhost:3000'];

describe('isWelcome', () => {
  it.each([
    ['no page at all', undefined, true],
    ['a page of ours', 'https://app.example.org', true],
    ['another port', 'http://localhost:3001', false],
    ['another scheme', 'http://app.example.org', false],
    ['a longer name', 'https://app.example.org.evil.example', false],
    ['a sandboxed page', 'null', false],
    ['an empty one', '', false],
  ])('%s', (_who, origin, welcome) => {
    expect(isWelcome(origin, ALLOWED)).toBe(welcome);
  });
});
