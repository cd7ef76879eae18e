import type { DynamicModule, Type } from '@nestjs/common';
import type { MigrationClass } from '../database';

/**
 * A module that is added to the service without changing it. The folder or package named in EXTENSIONS exports one
 * as `extension`; see docs/extending.md.
 */
export interface ChatExtension {
  /** For the log and for error messages. */
  readonly name: string;
  /** Its providers are found by their decorators, its controllers are guarded like all others. */
  readonly module: Type | DynamicModule;
  /** Applied with those of the core, by the time in their names. Tables of an extension are its own; name them after it. */
  readonly migrations?: readonly MigrationClass[];
}
