import { readdirSync } from 'node:fs';
import { join, relative, sep } from 'node:path';

export const REPOSITORY = join(__dirname, '..', '..');

/** Every source file under these folders, relative to the repository, with `/` on any system. */
export function sourcePaths(folders: readonly string[]): string[] {
  return folders
    .flatMap((folder) => readdirSync(join(REPOSITORY, folder), { recursive: true, withFileTypes: true }))
    .filter((entry) => entry.isFile() && /\.(?:ts|mjs|sql)$/.test(entry.name))
    .map((entry) => relative(REPOSITORY, join(entry.parentPath, entry.name)).split(sep).join('/'));
}
