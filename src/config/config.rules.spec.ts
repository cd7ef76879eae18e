import { CONFIG_RULES } from './config.rules';
import type { VariableName } from './config.schema';

const EXACTLY_ONE_KEY_SOURCE = 'exactly one of JWT_SECRET, JWT_JWKS_URL, JWT_PUBLIC_KEY must be set';

describe('the rules between variables', () => {
  it.each<[VariableName[], string[]]>([
    [['JWT_SECRET'], []],
    [['JWT_JWKS_URL'], []],
    [['JWT_PUBLIC_KEY'], []],
    [[], [EXACTLY_ONE_KEY_SOURCE]],
    [['JWT_ISSUER', 'JWT_AUDIENCE'], [EXACTLY_ONE_KEY_SOURCE]],
    [['JWT_SECRET', 'JWT_JWKS_URL'], [EXACTLY_ONE_KEY_SOURCE]],
    [['JWT_SECRET', 'JWT_PUBLIC_KEY'], [EXACTLY_ONE_KEY_SOURCE]],
    [['JWT_JWKS_URL', 'JWT_PUBLIC_KEY'], [EXACTLY_ONE_KEY_SOURCE]],
    [['JWT_SECRET', 'JWT_JWKS_URL', 'JWT_PUBLIC_KEY'], [EXACTLY_ONE_KEY_SOURCE]],
  ])('with %j set demand %j', (set, demands) => {
    const broken = CONFIG_RULES.filter((rule) => !rule.holds((name) => set.includes(name)));
    expect(broken.map((rule) => rule.demands)).toEqual(demands);
  });
});
