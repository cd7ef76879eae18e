/** What everybody may lean on. */
const BASE = ['common', 'config', 'telemetry'] as const;

const CORE = [
  ...BASE,
  'database',
  'redis',
  'rate-limit',
  'outbox',
  'auth',
  'users',
  'profile',
  'message-view',
  'conversations',
  'messages',
] as const;

/**
 * Which modules a module of `src` may import: a row for each, and what is not in its row is forbidden.
 * Reading downwards, a row only ever names rows above it: imports go one way.
 */
const MODULES = {
  common: [],
  config: ['common'],
  telemetry: ['common', 'config'],
  database: [...BASE],
  redis: [...BASE],
  'rate-limit': [...BASE, 'redis'],
  cluster: [...BASE, 'database'],
  'message-view': ['common'],
  outbox: [...BASE, 'database', 'redis', 'cluster', 'message-view'],
  auth: [...BASE, 'redis', 'rate-limit'],
  profile: [...BASE, 'redis', 'outbox'],
  users: [...BASE, 'database', 'auth', 'profile'],
  conversations: [...BASE, 'database', 'outbox', 'users', 'profile', 'message-view'],
  messages: [
    ...BASE,
    'database',
    'rate-limit',
    'outbox',
    'users',
    'profile',
    'message-view',
    'conversations',
  ],
  presence: [...BASE, 'database', 'redis'],
  agents: [...BASE, 'database', 'outbox', 'users', 'profile', 'conversations', 'messages'],
  'http-server': [...BASE, 'auth'],
  health: [...BASE, 'database', 'redis', 'profile', 'messages'],
  sync: CORE,
  realtime: [...CORE, 'cluster', 'presence', 'sync'],
  retention: CORE,
} as const satisfies Record<string, readonly string[]>;

/** Loads the modules an operator names, and hands them whatever public face they ask for. */
const EXTENSIONS = { extensions: Object.keys(MODULES) };

export const MAY_IMPORT: Readonly<Record<string, readonly string[]>> = { ...MODULES, ...EXTENSIONS };

/** Who is asking is found out at the edge; a service is handed an `Actor` and knows no tokens. */
export const CONTROLLERS_MAY_ALSO_IMPORT: Readonly<Record<string, readonly string[]>> = {
  conversations: ['auth'],
  messages: ['auth'],
  agents: ['auth'],
  health: ['auth'],
  presence: ['auth'],
  sync: ['auth'],
};

/** The folders of `src` that others can not enter, or that have no row here, and what each wants. */
export function misfits(sourcePaths: readonly string[]): string[] {
  const modules = new Set(sourcePaths.flatMap((path) => /^src\/([^/]+)\//.exec(path)?.[1] ?? []));
  return [...modules].flatMap((module) => [
    ...(module in MAY_IMPORT ? [] : [`src/${module} wants a row in test/architecture/module-map.ts`]),
    ...(module === 'common' || sourcePaths.includes(`src/${module}/index.ts`)
      ? []
      : [`src/${module} wants an index.ts: what it offers to others`]),
  ]);
}
