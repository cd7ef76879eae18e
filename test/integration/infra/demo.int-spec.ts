import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { tiedCommand } from '../../support/infra/tied-command';

const DEMO = join(__dirname, '../../../scripts/demo.mjs');

describe('npm run demo', () => {
  it('has two people write to each other across two nodes', async () => {
    const { stdout } = await promisify(execFile)(...tiedCommand(process.execPath, [DEMO]));
    expect(stdout).toContain('Everything happened as it should.');
  }, 120_000);
});
