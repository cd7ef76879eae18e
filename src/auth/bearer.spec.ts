import { Unauthenticated } from './auth.errors';
import { bearerToken } from './bearer';

describe('bearerToken', () => {
  it.each([
    ['Bearer abc.def.ghi', 'abc.def.ghi'],
    ['bearer abc', 'abc'],
    ['BEARER  abc', 'abc'],
  ])('%s', (header, token) => {
    expect(bearerToken(header)).toBe(token);
  });

  it.each([
    [undefined],
    [''],
    ['Bearer'],
    ['Bearer '],
    ['abc'],
    ['Bearerabc'],
    ['Bearer\tabc'],
    ['Bearer abc def'],
    ['Bearer abc, Bearer def'],
    [' Bearer abc'],
    ['Basic YTpi'],
    ['Token abc'],
  ])('refuses %p', (header) => {
    expect(() => bearerToken(header)).toThrow(Unauthenticated);
  });
});
