import type { VariableName } from './config.schema';

/** What must hold between variables. It may ask which are set, never what they say, so it can not repeat a value. */
export interface ConfigRule {
  /** The refusal, naming the variables. */
  readonly demands: string;
  holds(isSet: (name: VariableName) => boolean): boolean;
}

const KEY_SOURCES = ['JWT_SECRET', 'JWT_JWKS_URL', 'JWT_PUBLIC_KEY'] as const satisfies VariableName[];

/** All of them are judged at start, also when a variable alone is wrong already. */
export const CONFIG_RULES: readonly ConfigRule[] = [
  {
    // Two sources would mean two algorithm families, and an attacker chooses by the token's header.
    demands: `exactly one of ${KEY_SOURCES.join(', ')} must be set`,
    holds: (isSet) => KEY_SOURCES.filter(isSet).length === 1,
  },
];
