import { randomUUID } from 'node:crypto';
import { IsUuidQueryList } from './is-uuid-query-list';
import { parseShape } from './parse-shape';

class Question {
  @IsUuidQueryList(3)
  ids: string[];
}

describe('UUIDs in a query string', () => {
  const [one, two, three, four] = Array.from({ length: 4 }, () => randomUUID()) as [
    string,
    string,
    string,
    string,
  ];
  const ids = (value: unknown): string[] => parseShape(Question, { ids: value }).ids;

  it('are separated by commas', () => {
    expect(ids(one)).toEqual([one]);
    expect(ids(`${one},${two},${three}`)).toEqual([one, two, three]);
  });

  it('are taken over in lower case, and each once', () => {
    expect(ids(`${one.toUpperCase()},${two},${one}`)).toEqual([one, two]);
  });

  it.each([
    ['none', ''],
    ['a comma too many', `${one},`],
    ['a space', `${one}, ${two}`],
    ['something else', 'x'],
    ['too many', [one, two, three, four].join()],
    ['a list, as where the parameter is there twice', [one, two]],
    ['an object', {}],
    ['a number', 1],
  ])('are refused with %s', (_what, value) => {
    expect(() => ids(value)).toThrow(expect.objectContaining({ code: 'validation_failed' }));
  });
});
