import { isUuid, maskUuid, NIL_UUID } from './uuid';

describe('isUuid', () => {
  it.each([
    ['version 7', '01890a5d-ac96-774b-bcce-b302099a8057'],
    ['version 4', '9f8b2c1e-3d4a-4f6b-8c7d-0e1f2a3b4c5d'],
    ['the nil UUID', NIL_UUID],
    ['capitals', '01890A5D-AC96-774B-BCCE-B302099A8057'],
  ])('takes %s', (_what, value) => {
    expect(isUuid(value)).toBe(true);
  });

  it.each([
    ['nothing', ''],
    ['no hyphens', '01890a5dac96774bbcceb302099a8057'],
    ['braces', '{01890a5d-ac96-774b-bcce-b302099a8057}'],
    ['a URN', 'urn:uuid:01890a5d-ac96-774b-bcce-b302099a8057'],
    ['hyphens in other places', '01890a5da-c96-774b-bcce-b302099a8057'],
    ['a line break after it', '01890a5d-ac96-774b-bcce-b302099a8057\n'],
    ['a letter past f', '01890a5d-ac96-774b-bcce-b302099a805g'],
    ['digits of another script', '٠1890a5d-ac96-774b-bcce-b302099a8057'],
    ['a list of one', ['01890a5d-ac96-774b-bcce-b302099a8057']],
    ['what only turns into one', { toString: (): string => NIL_UUID }],
    ['null', null],
  ])('refuses %s', (_what, value) => {
    expect(isUuid(value)).toBe(false);
  });
});

describe('maskUuid', () => {
  it('keeps the last four digits', () => {
    expect(maskUuid('01890a5d-ac96-774b-bcce-b302099a8057')).toBe('…8057');
  });
});
