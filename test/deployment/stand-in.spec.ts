import { type ChildProcessByStdio, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { promisify } from 'node:util';
import { jwtVerify } from 'jose';
import { tiedCommand } from '../support/infra/tied-command';
import { fileText, REPOSITORY } from './repository';

const SCRIPTS = join(REPOSITORY, 'scripts');
const [asha] = (JSON.parse(fileText('scripts/stand-in/directory.json')) as { users: { uuid: string }[] })
  .users;

describe('the stand-in for kaha-main-v3, by itself', () => {
  let standIn: ChildProcessByStdio<null, Readable, null>;
  let url: string;
  beforeAll(async () => {
    const command = tiedCommand(process.execPath, [join(SCRIPTS, 'kaha-stand-in.mjs')]);
    const env = { ...process.env, HOST: '127.0.0.1', PORT: '0', KAHA_SERVICE_TOKEN: 'ours' };
    standIn = spawn(...command, { env, stdio: ['ignore', 'pipe', 'inherit'] });
    const [line] = (await once(createInterface(standIn.stdout), 'line')) as [string];
    url = line.split(' ').at(-1) ?? '';
  });
  afterAll(async () => {
    standIn.kill('SIGTERM');
    await once(standIn, 'exit');
  });

  it('answers whoever brings its token', async () => {
    const answer = await ask('ours');
    expect(answer.status).toBe(200);
    expect(await answer.json()).toEqual({ users: [expect.objectContaining(asha)], businesses: [] });
  });

  it('answers nobody else', async () => {
    expect((await ask('theirs')).status).toBe(401);
  });

  function ask(token: string): Promise<Response> {
    return fetch(`${url}/api/batch/profiles`, {
      method: 'POST',
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
      body: JSON.stringify({ user_uuids: [asha?.uuid], business_uuids: [] }),
    });
  }
});

describe('the scripts of the stand-in', () => {
  it.each([
    ['kaha-stand-in.mjs', 'KAHA_SERVICE_TOKEN'],
    ['token.mjs', 'JWT_SECRET'],
  ])('%s says what it misses', async (script, name) => {
    await expect(run(script, { [name]: '' })).rejects.toMatchObject({
      code: 1,
      stderr: expect.stringContaining(`${name} is missing`),
    });
  });

  it('make tokens that the newest secret verifies', async () => {
    const secret = 'n'.repeat(32);
    const { stdout } = await run('token.mjs', { JWT_SECRET: `${secret}, ${'o'.repeat(32)}` }, 'asha');
    const { payload } = await jwtVerify(stdout.trim(), Buffer.from(secret));
    expect(payload.sub).toBe(asha?.uuid);
  });

  function run(script: string, env: Record<string, string>, ...args: string[]) {
    return promisify(execFile)(process.execPath, [join(SCRIPTS, script), ...args], {
      env: { ...process.env, ...env },
    });
  }
});
