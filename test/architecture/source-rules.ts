import { createPrinter, createSourceFile, ScriptTarget } from 'typescript';

export interface SourceFile {
  /** Relative to the repository, with `/`. */
  readonly path: string;
  readonly text: string;
  /** The text without its comments: they may name what the code may not do. */
  readonly code: string;
}

export interface SourceRule {
  readonly name: string;
  /** What to do instead. */
  readonly instead: string;
  /** The paths it holds for. */
  readonly files: RegExp;
  /** What is wrong with the file, in its own words. */
  readonly breach: (file: SourceFile) => string | undefined;
}

const MAX_LINES = 300;

/** `process.env` and its other spellings: by index, taken apart, imported. */
const ENVIRONMENT = /\bprocess\W{1,4}env\b|\benv\b[^;]*(?:\bfrom\s*['"](?:node:)?process['"]|=\s*process\b)/;

/** A statement at the head of a literal or after a `${…}`. In small letters prose looks alike, so its shape decides. */
const SQL_IN_CAPITALS =
  /['"`}]\s*(?:SELECT|INSERT INTO|UPDATE|DELETE FROM|MERGE INTO|WITH|CALL|TRUNCATE|LOCK TABLE|CREATE|ALTER|DROP)\s/;
const SQL_IN_SMALL_LETTERS =
  /['"`}]\s*(?:select\s[^'"`]*?\sfrom|insert\s+into|update\s+\S+\s+set|delete\s+from|with\s+\w+\s+as)\s/;

const HTTP_EXCEPTION = /import\s*\{[^}]*\b\w+Exception\b[^}]*\}\s*from\s*['"]@nestjs\/common['"]/;
const KEBAB_PATH = /^(?:[a-z0-9]+(?:-[a-z0-9]+)*[./])+(?:ts|mjs|sql)$/;

export const SOURCE_RULES: readonly SourceRule[] = [
  {
    name: 'environment-in-config-only',
    instead: 'add the variable to the schema in src/config and take its slice in the constructor',
    files: /^src\/(?!config\/)/,
    breach: inCode(ENVIRONMENT),
  },
  {
    name: 'sql-in-repositories-only',
    instead:
      "move the statement to the module's *.repository.ts or *.sql.ts and call a method that says what it is for",
    files: /^(?:src|examples)\/(?!database\/)(?!.*\.(?:repository|sql|spec)\.ts$)/,
    breach: inCode(SQL_IN_CAPITALS, SQL_IN_SMALL_LETTERS),
  },
  {
    name: 'no-printing',
    instead:
      "use Nest's Logger; only the entries of src may print: src/main.ts before there is a log, the others to a terminal",
    files: /^src\/(?!(?:main|migrate|outbox-replay)\.ts$)/,
    breach: inCode(/\bconsole\W{1,4}\w+/),
  },
  {
    name: 'http-exceptions-in-problem-only',
    instead: 'throw a DomainError with a code of the problem catalogue',
    files: /^src\/(?!common\/problem\/)/,
    breach: inCode(HTTP_EXCEPTION),
  },
  {
    name: 'no-request-scope',
    instead:
      'pass what the request knows as an argument: a request-scoped provider makes all that use it so, for each call',
    files: /^src\//,
    breach: inCode(/\bScope\s*\.\s*REQUEST\b|@Inject\(\s*REQUEST\b/),
  },
  {
    name: 'no-long-files',
    instead: `find the second thing it does and give it a file; ${MAX_LINES} lines are the most`,
    files: /^src\/(?!.*\.spec\.ts$)/,
    breach: ({ text }) => {
      const lines = text.trimEnd().split('\n').length;
      return lines > MAX_LINES ? `${lines} lines` : undefined;
    },
  },
  {
    name: 'noun-kind-paths',
    instead: 'write it noun.kind.ts, small letters and hyphens: message.rules.ts, send-message.dto.ts',
    files: /^/,
    breach: ({ path }) => (KEBAB_PATH.test(path) ? undefined : path),
  },
  {
    name: 'no-vague-names',
    instead: 'name what it does: such a name takes in anything, and soon holds everything',
    files: /^/,
    breach: ({ path }) => /(?<![a-z])(?:utils?|helpers?|managers?)(?![a-z])/.exec(path)?.[0],
  },
];

function inCode(...patterns: RegExp[]): SourceRule['breach'] {
  return ({ code }) =>
    patterns.map((pattern) => pattern.exec(code)?.[0]).find((found) => found !== undefined);
}

export function sourceFile(path: string, text: string): SourceFile {
  return { path, text, code: path.endsWith('.ts') ? withoutComments(text) : text };
}

function withoutComments(text: string): string {
  return createPrinter({ removeComments: true }).printFile(
    createSourceFile('source.ts', text, ScriptTarget.Latest),
  );
}
