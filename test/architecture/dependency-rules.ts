import { CONTROLLERS_MAY_ALSO_IMPORT, MAY_IMPORT } from './module-map';

/** A rule in dependency-cruiser's own words: an import that matches both ends is forbidden. */
export interface DependencyRule {
  readonly name: string;
  readonly severity: 'error';
  /** What to do instead. */
  readonly comment: string;
  readonly from: { readonly path?: string; readonly pathNot?: string | readonly string[] };
  readonly to: {
    readonly path?: string;
    readonly pathNot?: string | readonly string[];
    readonly circular?: true;
    readonly couldNotResolve?: true;
  };
}

/** `common` has no one face: it is a shelf of small things, each a file or a folder with its own. */
const PUBLIC_FACES = ['^src/[^/]+/index\\.ts$', '^src/common/[^/]+\\.ts$', '^src/common/[^/]+/index\\.ts$'];
const CONTROLLER = '\\.controller(\\.spec)?\\.ts$';

const EVERYWHERE: readonly DependencyRule[] = [
  {
    name: 'enter-by-index',
    severity: 'error',
    comment: "import the module's index.ts; what others need is exported there",
    from: { path: '^(?:src|migrations)/([^/]+)' },
    to: { path: '^src/[^/]+/', pathNot: ['^src/$1/', ...PUBLIC_FACES] },
  },
  {
    name: 'examples-enter-by-index',
    severity: 'error',
    comment: 'import src/<module> or src/common: an example shows what can be built from the outside',
    from: { path: '^examples/' },
    to: { path: '^src/', pathNot: PUBLIC_FACES },
  },
  {
    name: 'src-without-examples',
    severity: 'error',
    comment: 'name the example in EXTENSIONS and let src/extensions load it',
    from: { path: '^src/' },
    to: { path: '^examples/' },
  },
  {
    name: 'src-without-tests',
    severity: 'error',
    comment: 'move what both need into src',
    from: { path: '^src/', pathNot: '\\.spec\\.ts$' },
    to: { path: '^test/|\\.spec\\.ts$' },
  },
  {
    name: 'sockets-in-realtime',
    severity: 'error',
    comment:
      'record an event in the outbox, or export a function of src/realtime that does not speak Socket.IO',
    from: { path: '^src/', pathNot: '^src/realtime/' },
    to: { path: '(?:^|node_modules/)(?:socket\\.io|engine\\.io|@socket\\.io/|@nestjs/platform-socket\\.io)' },
  },
  {
    name: 'no-cycles',
    severity: 'error',
    comment: 'move what both ends share into a third file that knows neither',
    from: {},
    to: { circular: true },
  },
  {
    name: 'relative-imports-resolve',
    severity: 'error',
    comment: 'correct the path: every other rule looks at the file an import leads to',
    from: {},
    to: { path: '^\\.', couldNotResolve: true },
  },
];

export const DEPENDENCY_RULES: readonly DependencyRule[] = [
  ...EVERYWHERE,
  ...Object.entries(MAY_IMPORT).flatMap(([module, allowed]) => {
    const inside = `^src/${module}/`;
    const own = [module, ...allowed];
    const extra = CONTROLLERS_MAY_ALSO_IMPORT[module];
    if (!extra) return [oneWay(`${module}-imports`, { path: inside }, own)];
    return [
      oneWay(`${module}-imports`, { path: inside, pathNot: CONTROLLER }, own),
      oneWay(`${module}-controllers-import`, { path: `${inside}.*${CONTROLLER}` }, [...own, ...extra]),
    ];
  }),
];

function oneWay(name: string, from: DependencyRule['from'], allowed: readonly string[]): DependencyRule {
  return {
    name,
    severity: 'error',
    comment:
      `only ${allowed.join(', ')} may be imported here; tell those above by an event, or declare an interface ` +
      'for them to implement. A new edge is a word in test/architecture/module-map.ts',
    from,
    to: { path: '^src/', pathNot: `^src/(?:${allowed.join('|')})/` },
  };
}
