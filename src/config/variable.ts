import type { Kind } from './kinds/kind';

/** One environment variable: what it may be, what stands in for it, and what to tell its reader. */
export interface Variable<T> extends Kind<T> {
  /** Markdown, one paragraph: what the value does. */
  readonly doc: string;
  /** What `.env.example` sets it to. Without one it is shown commented out, or, when required, empty. */
  readonly example?: string;
  /** What stands in when it is not set; without one it must be set. */
  readonly fallback?: Fallback<T>;
}

interface Fallback<T> {
  readonly value: T;
  /** The same for the documentation; empty where there is nothing to say. */
  readonly shown: string;
}

interface Explanation {
  readonly doc: string;
  readonly example?: string;
}

/** A variable without which the service does not start. */
export function required<T>(kind: Kind<T>, explanation: Explanation): Variable<T> {
  return { ...kind, ...explanation };
}

/** A variable that has a default. */
export function defaulting<T>(kind: Kind<T>, value: NoInfer<T>, explanation: Explanation): Variable<T> {
  return { ...kind, ...explanation, fallback: { value, shown: String(value) } };
}

/** A variable whose absence means something of its own, in code `null`; `absence` tells the reader what. */
export function optional<T>(
  kind: Kind<T>,
  { absence = '', ...explanation }: Explanation & { readonly absence?: string },
): Variable<T | null> {
  return { ...kind, ...explanation, fallback: { value: null, shown: absence } };
}
