import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { sourceFile, SOURCE_RULES, type SourceFile } from './source-rules';
import { REPOSITORY, sourcePaths } from './source-tree';

/** Which rules a file breaks, and with what. */
function breaches(file: SourceFile): { rule: string; found: string; instead: string }[] {
  return SOURCE_RULES.filter(({ files }) => files.test(file.path)).flatMap(({ name, instead, breach }) => {
    const found = breach(file);
    return found === undefined ? [] : [{ rule: name, found, instead }];
  });
}

describe('the text of the code', () => {
  const found = sourcePaths(['src', 'migrations', 'examples', 'test', 'scripts'])
    .map((path) => sourceFile(path, readFileSync(join(REPOSITORY, path), 'utf8')))
    .flatMap((file) => breaches(file).map((breach) => ({ ...breach, path: file.path })));

  it.each(SOURCE_RULES)('obeys $name', ({ name }) => {
    const broken = found.filter(({ rule }) => rule === name);
    expect(broken.map(({ path, found, instead }) => `${path}: ${JSON.stringify(found)}: ${instead}`)).toEqual(
      [],
    );
  });
});

/** The rule a file breaks, and the file, whose path says what is special about it. */
const BROKEN = [
  ['environment-in-config-only', 'src/users/member.ts', `const port = process.env.PORT;`],
  ['environment-in-config-only', 'src/users/by-index.ts', `const port = process['env']['PORT'];`],
  ['environment-in-config-only', 'src/users/taken-apart.ts', `const { env } = process;`],
  ['environment-in-config-only', 'src/users/imported.ts', `import { env } from 'node:process';`],
  ['sql-in-repositories-only', 'src/users/select.ts', `query('SELECT 1');`],
  ['sql-in-repositories-only', 'src/users/small-insert.ts', 'query(`\n  insert into users values ($1)`);'],
  ['sql-in-repositories-only', 'src/users/after-hole.ts', 'query(`${paged} UPDATE users SET name = $1`);'],
  [
    'sql-in-repositories-only',
    'src/users/small-with.ts',
    'query(`with gone as (delete from users) table gone`);',
  ],
  ['sql-in-repositories-only', 'examples/small-delete.ts', `query("delete from users where id = $1");`],
  ['no-printing', 'src/users/log.ts', `console.log('here');`],
  [
    'http-exceptions-in-problem-only',
    'src/users/one.ts',
    `import { NotFoundException } from '@nestjs/common';`,
  ],
  [
    'http-exceptions-in-problem-only',
    'src/users/two.ts',
    `import { Get, HttpException } from '@nestjs/common';`,
  ],
  ['no-request-scope', 'src/users/scope.ts', `@Injectable({ scope: Scope.REQUEST }) class A {}`],
  [
    'no-request-scope',
    'src/users/request.ts',
    `class A { constructor(@Inject(REQUEST) request: unknown) {} }`,
  ],
  ['no-long-files', 'src/users/long.ts', 'f();\n'.repeat(301)],
  ['noun-kind-paths', 'src/users/usersService.ts', ''],
  ['noun-kind-paths', 'src/Users/index.ts', ''],
  ['noun-kind-paths', 'test/support/fake_clock.ts', ''],
  ['no-vague-names', 'src/common/utils/index.ts', ''],
  ['no-vague-names', 'src/users/user.helper.ts', ''],
  ['no-vague-names', 'src/realtime/socket-manager.ts', ''],
] as const;

const SOUND = [
  ['src/config/environment.ts', `load(process.env);`],
  ['src/users/comment.ts', `// process.env and console.log are not for us\nprocess.exit(1);`],
  ['src/users/users.repository.ts', `query('SELECT 1');`],
  ['src/users/select-user.sql.ts', `export const selectUser = 'SELECT 1';`],
  ['src/database/statement.ts', `query('SELECT 1');`],
  ['src/users/prose.ts', `say('DELETE', 'Select a name from the list', 'update the read mark');`],
  ['src/main.ts', `console.error('not started');`],
  ['src/common/problem/problem.filter.ts', `import { HttpException } from '@nestjs/common';`],
  ['src/users/filter.ts', `import { type ExceptionFilter } from '@nestjs/common';`],
  ['src/users/just-not-long.ts', 'f();\n'.repeat(300)],
  ['migrations/1763700000000-core-schema.ts', `query('CREATE TABLE users ()');`],
] as const;

describe('the rules of texts', () => {
  it.each(BROKEN)('%s: %s', (rule, path, text) => {
    expect(breaches(sourceFile(path, text)).map((breach) => breach.rule)).toEqual([rule]);
  });

  it.each(SOUND)('leave %s alone', (path, text) => {
    expect(breaches(sourceFile(path, text))).toEqual([]);
  });

  it('have each been seen to fail', () => {
    const seen = new Set<string>(BROKEN.map(([rule]) => rule));
    expect(SOURCE_RULES.map(({ name }) => name).filter((name) => !seen.has(name))).toEqual([]);
  });
});
