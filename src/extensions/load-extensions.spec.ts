import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ConfigError } from '../config';
import { loadExtensions } from './load-extensions';

describe('loadExtensions', () => {
  let folder: string;
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'extensions-'));
    jest.spyOn(process, 'cwd').mockReturnValue(folder);
    write('good/index.js', 'exports.extension = { name: "good", module: class Good {}, migrations: [] };');
    write(
      'node_modules/acme-chat/index.js',
      'exports.extension = { name: "acme", module: { module: class {} } };',
    );
  });
  afterAll(() => {
    jest.restoreAllMocks();
    rmSync(folder, { recursive: true });
  });

  function write(path: string, text: string): void {
    mkdirSync(join(folder, path, '..'), { recursive: true });
    writeFileSync(join(folder, path), text);
  }

  it('loads none when none are named', () => {
    expect(loadExtensions({ modules: [] })).toEqual([]);
  });

  it('loads folders by their path from where the process runs, and packages by their name, in order', () => {
    expect(loadExtensions({ modules: ['./good', 'acme-chat'] }).map(({ name }) => name)).toEqual([
      'good',
      'acme',
    ]);
  });

  it.each([
    ['a package that is not installed', 'not-installed', 'can not be loaded'],
    ['a folder that is not there', './not-there', 'can not be loaded'],
  ])('names %s', (_what, specifier, reason) => {
    const load = () => loadExtensions({ modules: ['./good', specifier] });
    expect(load).toThrow(ConfigError);
    expect(load).toThrow(`EXTENSIONS names "${specifier}", which ${reason}`);
  });

  it('leaves it to an extension to say what is wrong with its own settings', () => {
    const config = require.resolve('../config');
    write('strict/index.js', 'throw new (require("./config").ConfigError)(["POLL_LIMIT must be a number"]);');
    write('strict/config.js', `module.exports = require(${JSON.stringify(config)});`);
    const load = () => loadExtensions({ modules: ['./strict'] });
    expect(load).toThrow(/^Invalid configuration: POLL_LIMIT must be a number$/);
  });

  it.each([
    ['exports nothing', '', 'exports no extension'],
    ['exports something else', 'exports.module = class {};', 'exports no extension'],
    ['exports null', 'exports.extension = null;', 'exports no extension'],
    ['exports a text', 'module.exports = "extension";', 'exports no extension'],
    ['has no name', 'exports.extension = { module: class {} };', 'exports no extension'],
    ['has no module', 'exports.extension = { name: "bad" };', 'exports no extension'],
    [
      'throws when it is loaded',
      'throw new Error("out of order\\nsecond line");',
      'can not be loaded: out of order',
    ],
    ['throws what is no error', 'throw "out of order";', 'can not be loaded: unknown reason'],
    ['is not JavaScript', 'exports.extension = {', 'can not be loaded'],
  ])('says in one line that an extension %s', (what, text, reason) => {
    const name = `./bad-${what.replaceAll(' ', '-')}`;
    write(`${name}/index.js`, text);
    const load = () => loadExtensions({ modules: [name] });
    expect(load).toThrow(`EXTENSIONS names "${name}", which ${reason}`);
    expect(load).toThrow(/^[^\n]*$/);
  });
});
