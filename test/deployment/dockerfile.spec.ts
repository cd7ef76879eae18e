import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { validate } from 'dockerfile-utils';
import { isBelow } from '../support/version';
import { copiesOf, execForm, lastOf, type Stage, stagesOf } from './dockerfile';
import { fileText, REPOSITORY } from './repository';

const DOCKERFILE = fileText('Dockerfile');
const IGNORED = fileText('.dockerignore');
const { scripts } = JSON.parse(fileText('package.json')) as { scripts: Record<string, string> };

/** The first Node whose line is in long-term support and that we run on. */
const NODE_FLOOR = '24.11';
/** The stages that containers are made of. */
const RUN = ['service', 'kaha-stand-in'];

/** What is wrong with a Dockerfile of this project, each in a sentence. */
function faults(dockerfile: string, ignored = IGNORED): string[] {
  const stages = stagesOf(dockerfile);
  return [
    ...validate(dockerfile).map(({ message }) => (typeof message === 'string' ? message : message.value)),
    ...(stages.at(-1)?.name === 'service' ? [] : ['The last stage is not the service.']),
    ...stages.flatMap((stage) => [
      ...baseFaults(stage, stages),
      ...copyFaults(stage, stages, ignored),
      ...(RUN.includes(stage.name) ? runFaults(stage) : []),
    ]),
    ...serviceFaults(stages),
  ];
}

function baseFaults({ name, from }: Stage, stages: readonly Stage[]): string[] {
  if (stages.some((stage) => stage.name === from)) return [];
  const [, version = '', variant] = /^node:(\d+\.\d+)-(\w+-slim)$/.exec(from) ?? [];
  const isLongTerm = !isBelow(version, NODE_FLOOR) && parseInt(version, 10) % 2 === 0;
  return variant !== undefined && isLongTerm
    ? []
    : [`${name} is made from ${from}, not from a slim image of a Node LTS with its minor version.`];
}

function copyFaults(stage: Stage, stages: readonly Stage[], ignored: string): string[] {
  return copiesOf(stage).flatMap(({ from, sources }) =>
    from === undefined
      ? sources
          .filter((source) => !existsSync(join(REPOSITORY, source)) || !isSent(source, ignored))
          .map((source) => `${stage.name} copies ${source}, which the builder is not given.`)
      : stages.some(({ name }) => name === from)
        ? []
        : [`${stage.name} copies from ${from}, which is no stage.`],
  );
}

/** .dockerignore leaves out everything but what it names. */
function isSent(source: string, ignored: string): boolean {
  const [top = ''] = source.split('/');
  return ignored.split('\n').includes(`!${top}`);
}

function runFaults(stage: Stage): string[] {
  const user = lastOf(stage, 'USER')?.getArgumentsContent();
  const health = lastOf(stage, 'HEALTHCHECK');
  return [
    ...(user === 'node' ? [] : [`${stage.name} does not run as node.`]),
    ...(execForm(lastOf(stage, 'CMD'))?.[0] === 'node'
      ? []
      : [`${stage.name} does not run node itself, so that signals would not reach it.`]),
    ...(execForm(health)?.[0] === 'node'
      ? []
      : [`${stage.name} has no health check that needs nothing but node.`]),
  ];
}

function serviceFaults(stages: readonly Stage[]): string[] {
  const service = stages.find(({ name }) => name === 'service');
  if (service === undefined) return [];
  const copied = copiesOf(service).find(({ target }) => target.startsWith('node_modules'));
  const modules = stages.find(({ name }) => name === copied?.from);
  const install = modules && lastOf(modules, 'RUN')?.getArgumentsContent();
  return [
    ...(execForm(lastOf(service, 'CMD'))?.join(' ') === scripts['start:prod']
      ? []
      : ['service does not start as npm run start:prod does.']),
    ...(lastOf(service, 'ENV')?.getArgumentsContent() === 'NODE_ENV=production'
      ? []
      : ['service does not run as production.']),
    ...(install === 'npm ci --omit=dev --omit=optional'
      ? []
      : ['service has packages in it that only development needs.']),
  ];
}

describe('the Dockerfile', () => {
  it('is sound, and makes what can be run in production', () => {
    expect(faults(DOCKERFILE)).toEqual([]);
  });

  it.each([
    ['FROM node:26.13-trixie-slim AS base', 'FROM node:26.13-trixie AS base', /^base is made from/],
    ['FROM node:26.13-trixie-slim AS base', 'FROM node:latest AS base', /^base is made from/],
    ['FROM node:26.13-trixie-slim AS base', 'FROM node:25.9-trixie-slim AS base', /^base is made from/],
    ['FROM node:26.13-trixie-slim AS base', 'FROM node:22.23-trixie-slim AS base', /^base is made from/],
    ['COPY .swcrc ./', 'COPY .swcrc.json ./', /copies .swcrc.json, which the builder is not given/],
    ['COPY .swcrc ./', 'COPY docs/ docs/', /copies docs\/, which the builder is not given/],
    ['COPY --from=build', 'COPY --from=builder', /^service copies from builder, which is no stage/],
    ['USER node\nEXPOSE 3000', 'EXPOSE 3000', /^service does not run as node/],
    ['USER node\nEXPOSE 3000', 'USER root\nEXPOSE 3000', /^service does not run as node/],
    ['USER node\nEXPOSE 4000', 'EXPOSE 4000', /^kaha-stand-in does not run as node/],
    [
      'CMD ["node", "--max-semi-space-size=64", "--enable-source-maps", "dist/src/main.js"]',
      'CMD npm run start:prod',
      /^service does not run node/,
    ],
    [
      'CMD ["node", "--max-semi-space-size=64", "--enable-source-maps", "dist/src/main.js"]',
      'CMD ["node", "dist/main.js"]',
      /^service does not start/,
    ],
    [
      'CMD ["node", "-e", "fetch(\'http://127.0.0.1:\' + (process.env.PORT || 3000)',
      'CMD ["curl", "(',
      /^service has no health/,
    ],
    ['ENV NODE_ENV=production', 'ENV NODE_ENV=development', /^service does not run as production/],
    ['--from=dependencies', '--from=build', /^service has packages/],
    ['npm ci --omit=dev --omit=optional', 'npm ci --omit=dev', /^service has packages/],
    ['FROM base AS service', 'FROM base AS node', /^The last stage is not the service/],
    ['EXPOSE 3000', 'EXPSE 3000', /EXPSE/],
  ])('is found out: %j written as %j', (right, wrong, fault) => {
    expect(DOCKERFILE).toContain(right);
    expect(faults(DOCKERFILE.replace(right, wrong))).toContainEqual(expect.stringMatching(fault));
  });

  it('is found out when its sources are kept from the builder', () => {
    expect(faults(DOCKERFILE, IGNORED.replace('!migrations\n', ''))).toEqual([
      'build copies migrations/, which the builder is not given.',
    ]);
  });

  it('gives the builder nothing that is secret', () => {
    expect(IGNORED.split('\n')).toContain('*');
    for (const secret of ['.env', '.private', '.git', 'deploy']) expect(isSent(secret, IGNORED)).toBe(false);
  });
});

describe('the health check of the image', () => {
  const service = stagesOf(DOCKERFILE).find(({ name }) => name === 'service');
  const [, ...args] = (service && execForm(lastOf(service, 'HEALTHCHECK'))) ?? [];

  it.each([
    ['passes where the node says that it lives', 200, 0],
    ['fails where it says anything else', 503, 1],
  ])('%s', async (_what, status, exitCode) => {
    const asked: (string | undefined)[] = [];
    const node = createServer(({ url }, response) => {
      asked.push(url);
      response.writeHead(status).end();
    }).listen(0, '127.0.0.1');
    await once(node, 'listening');
    try {
      expect(await check((node.address() as AddressInfo).port)).toBe(exitCode);
      expect(asked).toEqual(['/health/live']);
    } finally {
      node.close();
    }
  });

  it('fails where nobody listens', async () => {
    expect(await check(1)).toBe(1);
  });

  async function check(port: number): Promise<unknown> {
    const child = spawn(process.execPath, args, { env: { PORT: String(port) }, stdio: 'ignore' });
    const [code] = (await once(child, 'exit')) as unknown[];
    return code;
  }
});
