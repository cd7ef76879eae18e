import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { parseEnv } from 'node:util';
import { SCHEMA } from './config.schema';
import { loadConfig } from './load-config';

const text = readFileSync(resolve(__dirname, '../../.env.example'), 'utf8');
const example = parseEnv(text);
const SECRETS = {
  JWT_SECRET: 's'.repeat(64),
  SERVICE_TOKEN: 't'.repeat(64),
  KAHA_SERVICE_TOKEN: 'k'.repeat(64),
};

describe('.env.example', () => {
  it('starts nothing before its secrets are filled in', () => {
    expect(() => loadConfig(example)).toThrow(/SERVICE_TOKEN.*KAHA_SERVICE_TOKEN.*JWT_SECRET/);
  });

  it('describes a service as soon as they are', () => {
    expect(loadConfig({ ...example, ...SECRETS })).toMatchObject({
      http: { port: 3000, corsOrigins: ['http://localhost:3000'] },
      database: { migrateOnStart: true },
    });
  });

  it('shows in its comments what holds anyway', () => {
    const uncommented = parseEnv(text.replace(/^#(?=[A-Z_]+=)/gm, ''));
    expect(Object.keys(uncommented).sort()).toEqual(Object.keys(SCHEMA).sort());
    // Each start of a node has an id of its own.
    const settings = (env: NodeJS.Dict<string>): unknown =>
      JSON.parse(
        JSON.stringify(loadConfig({ ...env, ...SECRETS }), (name, value: unknown) =>
          name === 'nodeId' ? 0 : value,
        ),
      );
    expect(settings(uncommented)).toEqual(settings(example));
  });
});
