import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { REPOSITORY, sourcePaths } from './source-tree';

const NUMBER = /\b[TF]\d{2}\b/g;
const THREATS = Array.from({ length: 32 }, (_, index) => `T${String(index + 1).padStart(2, '0')}`);
/** What of them is not all here yet. */
const MAY_COME_LATER = ['T31'];

interface Row {
  readonly number: string;
  readonly done: string;
  readonly where: readonly string[];
  readonly tests: readonly string[];
}

/** `| T01 | what | what is done | where | shown by |` */
function rowsOf(page: string): Row[] {
  return page.split('\n').flatMap((line) => {
    const [, number = '', , done = '', where = '', tests = ''] = line.split('|').map((cell) => cell.trim());
    return /^[TF]\d{2}$/.test(number) ? [{ number, done, where: pathsIn(where), tests: pathsIn(tests) }] : [];
  });
}

function pathsIn(cell: string): string[] {
  return [...cell.matchAll(/`([^`]+)`/g)].map(([, path]) => path ?? '');
}

const read = (path: string): string => readFileSync(join(REPOSITORY, path), 'utf8');
const isThere = (path: string): boolean => existsSync(join(REPOSITORY, path));
const isLater = ({ done }: Row): boolean => /\blater\b/.test(done);

describe('docs/threats.md', () => {
  const rows = rowsOf(read('docs/threats.md'));

  it('has a row for each threat, in order, and for each number once', () => {
    const numbers = rows.map(({ number }) => number);
    expect(numbers.filter((number) => number.startsWith('T'))).toEqual(THREATS);
    expect(new Set(numbers).size).toBe(numbers.length);
  });

  it('leaves for later only what may come later', () => {
    expect(rows.filter(isLater).map(({ number }) => number)).toEqual(MAY_COME_LATER);
  });

  it('names places that are there', () => {
    const missing = rows.flatMap(({ number, where }) =>
      where.filter((path) => !isThere(path)).map((path) => [number, path]),
    );
    expect(missing).toEqual([]);
    expect(rows.filter(({ where }) => where.length === 0)).toEqual([]);
  });

  it('names for each row tests that are there and carry its number', () => {
    const unshown = rows.filter((row) => row.tests.length === 0 && !isLater(row)).map(({ number }) => number);
    expect(unshown).toEqual([]);
    const wrong = rows.flatMap((row) =>
      row.tests
        .filter((path) => !isThere(path) || !read(path).includes(row.number))
        .map((path) => [row.number, path]),
    );
    expect(wrong).toEqual([]);
  });

  it('has a row for every number that a test carries', () => {
    const known = new Set(rows.map(({ number }) => number));
    const specs = sourcePaths(['src', 'test', 'examples']).filter((path) => /spec\.ts$/.test(path));
    const own = 'test/architecture/threats.spec.ts';
    const unknown = specs
      .filter((path) => path !== own)
      .flatMap((path) =>
        [...(read(path).match(NUMBER) ?? [])]
          .filter((number) => !known.has(number))
          .map((number) => [number, path]),
      );
    expect(unknown).toEqual([]);
  });
});
