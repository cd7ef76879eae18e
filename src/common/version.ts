import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** The version of this build, from the package.json it was made with. */
export const VERSION = (
  JSON.parse(readFileSync(findUpwards('package.json', __dirname), 'utf8')) as { version: string }
).version;

/** Sources and builds lie at different depths below it. */
function findUpwards(name: string, from: string): string {
  for (let folder = from; ; folder = dirname(folder)) {
    try {
      const path = join(folder, name);
      readFileSync(path);
      return path;
    } catch (error) {
      if (dirname(folder) === folder) throw error;
    }
  }
}
