interface DriverFields {
  readonly code?: unknown;
  readonly severity?: unknown;
  readonly constraint?: unknown;
  readonly routine?: unknown;
}

/**
 * What the log may hold of an error. A message from Postgres can quote the value it stumbled over, which may be
 * what somebody wrote: of those only the code, constraint and routine are kept.
 */
export function errorFields(error: unknown, depth = 0): unknown {
  if (!(error instanceof Error)) return { type: typeof error };
  const { code, severity, constraint, routine } = error as DriverFields;
  const fromPostgres = typeof severity === 'string';
  return {
    type: error.name,
    ...(code === undefined ? {} : { code }),
    ...(fromPostgres ? { constraint, routine } : { message: error.message }),
    stack: fromPostgres ? withoutMessage(error) : error.stack,
    ...(error.cause === undefined || depth >= 3 ? {} : { cause: errorFields(error.cause, depth + 1) }),
  };
}

function withoutMessage({ stack = '', message }: Error): string {
  return stack.replace(message, '[message]');
}
