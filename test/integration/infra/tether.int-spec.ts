import { type ChildProcessByStdio, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import type { Readable, Writable } from 'node:stream';
import { processGone } from '../../support/infra/processes';

const TETHER = join(__dirname, '../../../scripts/run/tether.mjs');

/** What ties programs to their parent where the kernel can not do it. */
describe('the tether', () => {
  it('ends its program when the process that holds it is gone', async () => {
    const tether = run('process.stdout.write(String(process.pid)); setInterval(() => {}, 1000)');
    const pid = await pidOf(tether);
    tether.stdin.destroy();
    await processGone(pid);
  });

  it('kills a program that does not stop when asked to', async () => {
    const tether = run(
      "process.on('SIGTERM', () => {}); process.stdout.write(String(process.pid)); setInterval(() => {}, 1000)",
    );
    const pid = await pidOf(tether);
    tether.kill('SIGTERM');
    await processGone(pid);
  });

  it('passes on how its program ended', async () => {
    expect(await once(run('process.exit(7)'), 'exit')).toEqual([7, null]);
  });
});

function run(script: string): ChildProcessByStdio<Writable, Readable, null> {
  const program = {
    command: process.execPath,
    args: ['-e', script],
    stopSignal: 'SIGTERM',
    graceMs: 500,
    account: null,
  };
  return spawn(process.execPath, [TETHER, JSON.stringify(program)], { stdio: ['pipe', 'pipe', 'inherit'] });
}

async function pidOf(tether: ChildProcessByStdio<Writable, Readable, null>): Promise<number> {
  const [text] = (await once(tether.stdout, 'data')) as [Buffer];
  return Number(text.toString());
}
