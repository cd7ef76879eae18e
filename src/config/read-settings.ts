import { ConfigError } from './config.error';
import { CONFIG_RULES } from './config.rules';
import { SCHEMA, type Settings, type VariableName } from './config.schema';
import type { Variable } from './variable';

/** Variables by name, as `process.env` has them. */
export type Environment = Readonly<Record<string, string | undefined>>;

/**
 * Checks every variable and every rule, so that an operator who forgot three hears of three.
 * White space around a value is ignored; a variable that is empty counts as not set.
 *
 * @throws ConfigError
 */
export function readSettings(env: Environment): Settings {
  const names = Object.keys(SCHEMA) as VariableName[];
  const { settings, refusals } = readVariables(env, names);
  const isSet = (name: VariableName): boolean => textOf(env, name) !== '';
  for (const rule of CONFIG_RULES) if (!rule.holds(isSet)) refusals.push(rule.demands);
  if (refusals.length > 0) throw new ConfigError(refusals);
  return settings as Settings;
}

/**
 * The same for a tool that needs only a few of them and must not be held up by the rest.
 *
 * @throws ConfigError
 */
export function readSome<Name extends VariableName>(
  env: Environment,
  names: readonly Name[],
): Pick<Settings, Name> {
  const { settings, refusals } = readVariables(env, names);
  if (refusals.length > 0) throw new ConfigError(refusals);
  return settings as Pick<Settings, Name>;
}

function readVariables(
  env: Environment,
  names: readonly VariableName[],
): { settings: Partial<Settings>; refusals: string[] } {
  const refusals: string[] = [];
  const settings: Record<string, unknown> = {};
  for (const name of names) {
    const variable: Variable<unknown> = SCHEMA[name];
    const text = textOf(env, name);
    const value = text === '' ? variable.fallback?.value : variable.parse(text);
    if (value === undefined) {
      refusals.push(`${name} ${text === '' ? 'is missing and must be' : 'must be'} ${variable.expects}`);
    }
    settings[name] = value;
  }
  return { settings, refusals };
}

function textOf(env: Environment, name: string): string {
  return env[name]?.trim() ?? '';
}
