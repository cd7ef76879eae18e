import { createRequire } from 'node:module';
import { join } from 'node:path';
import { ConfigError, type ExtensionsConfig } from '../config';
import type { ChatExtension } from './chat-extension';

/**
 * Loads what EXTENSIONS names: packages by name, folders by a path relative to the working directory.
 *
 * @throws ConfigError naming the extension that is not there or is none.
 */
export function loadExtensions({ modules }: ExtensionsConfig): ChatExtension[] {
  const fromWorkingDirectory = createRequire(join(process.cwd(), 'package.json'));
  return modules.map((specifier) => {
    const loaded = load(fromWorkingDirectory, specifier) as
      { extension?: Partial<ChatExtension> } | undefined;
    const extension = loaded?.extension;
    if (typeof extension?.name !== 'string' || extension.module === undefined) {
      throw new ConfigError([`EXTENSIONS names "${specifier}", which exports no extension`]);
    }
    return extension as ChatExtension;
  });
}

function load(from: NodeJS.Require, specifier: string): unknown {
  try {
    return from(specifier);
  } catch (error) {
    // An extension that has settings of its own says itself what is wrong with them.
    if (error instanceof ConfigError) throw error;
    const reason = error instanceof Error ? error.message.split('\n')[0] : 'unknown reason';
    throw new ConfigError([`EXTENSIONS names "${specifier}", which can not be loaded: ${reason}`]);
  }
}
