import { readFileSync } from 'node:fs';
import { join } from 'node:path';

export const REPOSITORY = join(__dirname, '../..');

export function fileText(path: string): string {
  return readFileSync(join(REPOSITORY, path), 'utf8');
}
