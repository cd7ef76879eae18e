/** The environment does not describe a service that could run. The message is for the operator: one line, no values. */
export class ConfigError extends Error {
  constructor(refusals: readonly string[]) {
    super(`Invalid configuration: ${refusals.join('; ')}`);
    this.name = 'ConfigError';
  }
}
