import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, posix } from 'node:path';
import { DEPENDENCY_RULES } from './dependency-rules';
import { CONTROLLERS_MAY_ALSO_IMPORT, MAY_IMPORT, misfits } from './module-map';
import { REPOSITORY, sourcePaths } from './source-tree';

interface Violation {
  readonly rule: string;
  /** From the importing file to the imported one; for a cycle, all the way round. */
  readonly path: readonly string[];
}

interface Graph {
  readonly files: readonly string[];
  readonly violations: readonly Violation[];
}

const DIRECTORIES = ['src', 'migrations', 'examples'];
const CRUISE_TIMEOUT_MS = 60_000;

function cruise(root: string): Graph {
  const answer = execFileSync(process.execPath, [join(__dirname, 'cruise.mjs')], {
    cwd: root,
    input: JSON.stringify({ directories: DIRECTORIES, forbidden: DEPENDENCY_RULES }),
    encoding: 'utf8',
  });
  return JSON.parse(answer) as Graph;
}

describe('the imports of the code', () => {
  let graph: Graph;
  beforeAll(() => {
    graph = cruise(REPOSITORY);
  }, CRUISE_TIMEOUT_MS);

  it('are all seen', () => {
    expect(graph.files).toEqual(
      expect.arrayContaining(sourcePaths(DIRECTORIES).filter((path) => path.endsWith('.ts'))),
    );
  });

  it.each(DEPENDENCY_RULES)('obey $name', ({ name, comment }) => {
    const broken = graph.violations.filter(({ rule }) => rule === name);
    expect(broken.map(({ path }) => `${path.join(' → ')}: ${comment}`)).toEqual([]);
  });
});

describe('the modules', () => {
  const modules = Object.keys(MAY_IMPORT);

  it('each have a public face and a row in the map', () => {
    expect(misfits(sourcePaths(['src']))).toEqual([]);
  });

  it('are missed when they have not', () => {
    expect(
      misfits(['src/main.ts', 'src/users/user.ts', 'src/billing/index.ts', 'src/common/uuid.ts']),
    ).toEqual([
      'src/users wants an index.ts: what it offers to others',
      'src/billing wants a row in test/architecture/module-map.ts',
    ]);
  });

  it.each(modules)('above %s in the map are all it may import, so that no two need each other', (module) => {
    const above = modules.slice(0, modules.indexOf(module));
    const allowed = [...(MAY_IMPORT[module] ?? []), ...(CONTROLLERS_MAY_ALSO_IMPORT[module] ?? [])];
    expect(allowed.filter((other) => !above.includes(other))).toEqual([]);
  });
});

const WELCOME = 'welcome';

/** An import, the rule it breaks, and how it is written if not the plain way. */
type Sample = [rule: string, from: string, to: string, write?: (to: string) => string];

const SAMPLES: readonly Sample[] = [
  [WELCOME, 'src/messages/a.service.ts', 'src/users/index.ts'],
  [WELCOME, 'src/messages/b.service.ts', 'src/common/clock.ts'],
  [WELCOME, 'src/messages/c.service.ts', 'src/common/cursor/index.ts'],
  [WELCOME, 'src/messages/d.service.ts', 'src/messages/message.rules.ts'],
  [WELCOME, 'src/messages/a.controller.ts', 'src/auth/index.ts'],
  [WELCOME, 'src/realtime/a.gateway.ts', 'socket.io'],
  [WELCOME, 'src/extensions/a.ts', 'src/realtime/index.ts'],
  [WELCOME, 'src/main.ts', 'src/extensions/index.ts'],
  [WELCOME, 'src/users/a.spec.ts', 'test/support/clock.ts'],
  [WELCOME, 'examples/a.ts', 'src/messages/index.ts'],

  ['enter-by-index', 'src/messages/e.service.ts', 'src/users/users.service.ts'],
  ['enter-by-index', 'src/messages/f.service.ts', 'src/common/cursor/cursor.ts'],
  ['enter-by-index', 'src/app.module.ts', 'src/users/users.module.ts'],
  ['enter-by-index', 'migrations/a.ts', 'src/database/statement.ts'],
  ['enter-by-index', 'src/messages/g.ts', 'src/users/a.ts', (to) => `import type { A } from '${to}';`],
  ['enter-by-index', 'src/messages/h.ts', 'src/users/b.ts', (to) => `export * from '${to}';`],
  ['enter-by-index', 'src/messages/i.ts', 'src/users/c.ts', (to) => `void import('${to}');`],
  ['enter-by-index', 'src/messages/j.ts', 'src/users/d.ts', (to) => `let a: import('${to}').A;`],
  ['enter-by-index', 'src/messages/k.ts', 'src/users/e.ts', (to) => `require('${to}');`],
  ['examples-enter-by-index', 'examples/b.ts', 'src/messages/messages.service.ts'],
  ['examples-enter-by-index', 'examples/c.ts', 'src/app.ts'],
  ['src-without-examples', 'src/extensions/b.ts', 'examples/a.ts'],
  ['src-without-tests', 'src/users/f.ts', 'test/support/clock.ts'],
  ['src-without-tests', 'src/users/g.ts', 'src/users/a.spec.ts'],
  ['sockets-in-realtime', 'src/health/a.ts', 'socket.io'],
  ['sockets-in-realtime', 'src/main.ts', '@nestjs/platform-socket.io'],
  ['no-cycles', 'src/users/h.ts', 'src/users/i.ts'],
  ['no-cycles', 'src/users/i.ts', 'src/users/h.ts', (to) => `import type { H } from '${to}';`],
  ['relative-imports-resolve', 'src/users/j.ts', './absent'],

  ['common-imports', 'src/common/a.ts', 'src/config/index.ts'],
  ['users-imports', 'src/users/k.ts', 'src/conversations/index.ts'],
  ['conversations-imports', 'src/conversations/a.service.ts', 'src/messages/index.ts'],
  ['messages-imports', 'src/messages/l.service.ts', 'src/auth/index.ts'],
  ['messages-imports', 'src/messages/m.service.ts', 'src/realtime/index.ts'],
  ['sync-imports', 'src/sync/a.ts', 'src/realtime/index.ts'],
  // Nobody may import the root, so every row of the map is broken at least once.
  ...Object.keys(MAY_IMPORT).map((who): Sample => [`${who}-imports`, `src/${who}/z.ts`, 'src/main.ts']),
  ...Object.keys(CONTROLLERS_MAY_ALSO_IMPORT).map((who): Sample => [
    `${who}-controllers-import`,
    `src/${who}/z.controller.ts`,
    'src/main.ts',
  ]),
];

describe('the rules of imports', () => {
  let root: string;
  let violations: readonly Violation[];
  beforeAll(() => {
    root = plant(SAMPLES);
    violations = cruise(root).violations;
  }, CRUISE_TIMEOUT_MS);
  afterAll(() => rmSync(root, { recursive: true }));

  it.each(SAMPLES)('%s: %s → %s', (rule, from, to) => {
    const broken = violations.filter(({ path }) =>
      path.some((step, n) => step === from && path[n + 1] === to),
    );
    expect(broken.map((violation) => violation.rule)).toEqual(
      rule === WELCOME ? [] : expect.arrayContaining([rule]),
    );
  });

  it('have each been seen to fail', () => {
    const seen = new Set(SAMPLES.map(([rule]) => rule));
    expect(DEPENDENCY_RULES.map(({ name }) => name).filter((name) => !seen.has(name))).toEqual([]);
  });
});

/** Writes the samples as a small repository of their own. */
function plant(samples: readonly Sample[]): string {
  const root = mkdtempSync(join(tmpdir(), 'architecture-'));
  const files = new Map<string, string>();
  for (const [, from, to, write = (specifier: string) => `import '${specifier}';`] of samples) {
    const inTree = to.endsWith('.ts');
    const specifier = inTree ? `./${posix.relative(posix.dirname(from), to.replace(/\.ts$/, ''))}` : to;
    files.set(from, `${files.get(from) ?? ''}${write(specifier)}\n`);
    if (inTree) files.set(to, files.get(to) ?? '');
  }
  for (const [path, text] of files) {
    mkdirSync(join(root, dirname(path)), { recursive: true });
    writeFileSync(join(root, path), text);
  }
  return root;
}
