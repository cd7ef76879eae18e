import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { REPOSITORY } from '../../architecture/source-tree';
import type { Plan } from './plan';
import type { RecordedStatement } from './plan-log';
import type { SourceStatement } from './source-statements';

const FOLDER = join(REPOSITORY, 'docs/sql');

const HEAD = `# What the service says to Postgres

One page for each statement: its text, and the plan it has in a database of three months (\`test/support/sql/busy-database.ts\`), as \`auto_explain\` tells it on the service's own connections. Plans are generic, made once for a connection; partitions are called \`messages_<month>\`, and what is done with several of them alike is told once.

Written by \`npm run sql:write\` and compared by \`npm test\`: change the statement, not these pages.`;

/** The pages about these statements, by file name. */
export function documentsOf(
  statements: readonly RecordedStatement[],
  sources: readonly SourceStatement[],
): Map<string, string> {
  const sorted = statements.toSorted((one, other) => (one.name < other.name ? -1 : 1));
  return new Map([
    ['README.md', `${HEAD}\n\n${sorted.map(entry).join('\n')}\n`],
    ...sorted.map((statement): [string, string] => [
      `${statement.name}.md`,
      page(
        statement,
        sources.find(({ name }) => isCalled(statement.name, name)),
      ),
    ]),
  ]);
}

/** Whether a name is that of a source, in which `*` stands for what is known only later. */
export function isCalled(name: string, inSource: string): boolean {
  return new RegExp(`^${inSource.replaceAll('.', '\\.').replaceAll('*', '\\w+')}$`).test(name);
}

/** The files that are not what they should be: outdated, missing, or about statements that are no more. */
export function outdated(documents: ReadonlyMap<string, string>): string[] {
  const present = existsSync(FOLDER) ? readdirSync(FOLDER) : [];
  const names = [...new Set([...present, ...documents.keys()])].sort();
  return names.filter((name) => {
    const isSame = present.includes(name) && readFileSync(join(FOLDER, name), 'utf8') === documents.get(name);
    return !isSame;
  });
}

export function write(documents: ReadonlyMap<string, string>): void {
  mkdirSync(FOLDER, { recursive: true });
  for (const name of outdated(documents)) {
    const text = documents.get(name);
    if (text === undefined) rmSync(join(FOLDER, name));
    else writeFileSync(join(FOLDER, name), text);
  }
}

function entry({ name, plan, inner }: RecordedStatement): string {
  const indexes = new Set([plan, ...inner.values()].flatMap((one) => one?.indexes ?? []));
  const used = [...indexes].sort().map((index) => `\`${index}\``);
  return `- [${name}](${name}.md)${used.length > 0 ? `: ${used.join(', ')}` : ''}`;
}

function page({ name, text, plan, inner }: RecordedStatement, source: SourceStatement | undefined): string {
  const where = source === undefined ? '' : `In \`${source.path}\`.`;
  return [
    `# ${name}`,
    [where, source?.comment].filter(Boolean).join(' '),
    fenced('sql', unindented(text)),
    fenced('', plan?.text ?? ''),
    ...[...inner]
      .sort(([one], [other]) => (one < other ? -1 : 1))
      .flatMap(([innerText, innerPlan]) => inside(innerText, innerPlan)),
    '',
  ]
    .join('\n\n')
    .replace(/\n+$/, '\n');
}

function inside(text: string, { text: plan }: Plan): string[] {
  return ['Inside the function:', fenced('sql', unindented(text)), fenced('', plan)];
}

function fenced(language: string, text: string): string {
  return `\`\`\`${language}\n${text}\n\`\`\``;
}

/** A text that begins in the line it is opened in says nothing by the indent of that line. */
function unindented(text: string): string {
  const [opening = '', ...lines] = text
    .trimEnd()
    .split('\n')
    .map((line) => line.trimEnd());
  const indents = lines.filter((line) => line !== '').map((line) => line.search(/\S/));
  const least = Math.min(...indents);
  return [opening.trim(), ...lines.map((line) => line.slice(least))].join('\n').replace(/^\n+/, '');
}
