import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { isBelow } from './support/version';

interface Manifest {
  readonly engines: { readonly node: string };
  readonly dependencies: Readonly<Record<string, string>>;
}

interface LockedPackage {
  /** Only where it differs from the folder: an alias. */
  readonly name?: string;
  readonly version?: string;
  readonly resolved?: string;
}

/** By folder, `node_modules/a/node_modules/b`; the project itself is `''`. */
type LockedPackages = Readonly<Record<string, LockedPackage>>;

/**
 * The oldest version of a package that we may run on, and what was wrong before it.
 * Asks no registry, so it holds where `npm audit` is not to be had.
 */
const FLOORS: Readonly<Record<string, { readonly version: string; readonly because: string }>> = {
  'socket.io': { version: '4.8.0', because: 'CVE-2024-38355, and it is the line that gets fixes' },
  'socket.io-parser': { version: '4.2.7', because: 'CVE-2026-69185, CVE-2026-33151' },
  'engine.io': { version: '6.6.7', because: 'CVE-2026-59725, CVE-2026-59724' },
  ws: { version: '8.21.0', because: 'CVE-2026-48779, CVE-2026-45736' },
  fastify: { version: '5.12.1', because: 'CVE-2026-18504, CVE-2026-16732, CVE-2026-33806, CVE-2026-25223' },
  '@nestjs/platform-fastify': { version: '11.1.24', because: 'CVE-2026-54281, CVE-2026-33011' },
  '@fastify/middie': { version: '9.3.2', because: 'CVE-2026-33804, CVE-2026-22031' },
  'find-my-way': { version: '9.7.0', because: 'CVE-2026-47219, CVE-2024-45813' },
  typeorm: { version: '1.1.0', because: 'CVE-2026-73651, GHSA-9ggv-8w38-r7pm, CVE-2025-60542' },
  'class-validator': { version: '0.14.0', because: 'CVE-2019-18413' },
  'class-transformer': { version: '0.3.1', because: 'CVE-2020-7637' },
  'fast-jwt': { version: '6.2.4', because: 'CVE-2026-44351, CVE-2026-34950' },
};

/** What typeorm and eslint run on. */
const NODE_RANGE = '^20.19.0 || ^22.13.0 || >=24.11.0';

function shortcomings(manifest: Manifest, packages: LockedPackages): string[] {
  return [
    ...Object.entries(packages).flatMap(([folder, locked]) => belowFloor(folder, locked)),
    ...Object.entries(packages)
      .filter(([, { resolved }]) => resolved !== undefined)
      .map(([folder]) => `${folder} names where it was fetched: install with the .npmrc of this repository`),
    ...(/^\d+\.\d+\.\d+$/.test(manifest.dependencies['fastify'] ?? '')
      ? []
      : [
          "fastify wants an exact version in package.json: it overrides the older one that Nest's adapter pins",
        ]),
    ...(manifest.engines.node === NODE_RANGE ? [] : [`engines.node wants to be ${NODE_RANGE}`]),
  ];
}

function belowFloor(folder: string, { name, version = '' }: LockedPackage): string[] {
  const floor = FLOORS[name ?? folder.split('node_modules/').at(-1) ?? ''];
  return floor && isBelow(version, floor.version)
    ? [`${folder} ${version} is below ${floor.version}: ${floor.because}`]
    : [];
}

function readJson<T>(file: string): T {
  return JSON.parse(readFileSync(join(__dirname, '..', file), 'utf8')) as T;
}

describe('T32 the packages we run on', () => {
  const manifest = readJson<Manifest>('package.json');
  const { packages } = readJson<{ packages: LockedPackages }>('package-lock.json');

  it('are none with a known hole, from no particular place, for the Node versions we promise', () => {
    expect(shortcomings(manifest, packages)).toEqual([]);
  });

  it.each([
    ['an old copy', 'node_modules/ws', { version: '8.20.1' }],
    [
      'an old copy inside another package',
      'node_modules/socket.io-adapter/node_modules/ws',
      { version: '8.20.1' },
    ],
    ['an old copy with a scope', 'node_modules/@fastify/middie', { version: '9.3.1' }],
    ['an old copy under another name', 'node_modules/sockets', { name: 'ws', version: '7.5.10' }],
    ['a pre-release of the floor', 'node_modules/fastify', { version: '5.12.1-rc.0' }],
    ['no version', 'node_modules/typeorm', {}],
  ])('are held: %s is refused with its reason', (_what, folder, locked) => {
    const found = shortcomings(manifest, { ...packages, [folder]: locked });
    expect(found).toEqual([expect.stringMatching(new RegExp(`^${folder} .*is below \\d.*: .*CVE-`))]);
  });

  it.each(['8.21.0', '8.21.1-rc.0', '8.100.0', '10.0.0'])('may be newer: ws %s', (version) => {
    expect(shortcomings(manifest, { ...packages, 'node_modules/ws': { version } })).toEqual([]);
  });

  it('may not name where one was fetched', () => {
    const fetched = { version: '8.21.3', resolved: 'https://registry.example/ws-8.21.3.tgz' };
    expect(shortcomings(manifest, { ...packages, 'node_modules/ws': fetched })).toHaveLength(1);
  });

  it.each(['^5.12.8', 'latest'])('need fastify pinned exactly, not as %s', (fastify) => {
    const dependencies = { ...manifest.dependencies, fastify };
    expect(shortcomings({ ...manifest, dependencies }, packages)).toHaveLength(1);
  });

  it('need the Node range they were chosen for', () => {
    expect(shortcomings({ ...manifest, engines: { node: '>=20' } }, packages)).toHaveLength(1);
  });
});
