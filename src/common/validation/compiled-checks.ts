import { getMetadataStorage } from 'class-validator';

type Shape = new () => object;
type Rule = ReturnType<Storage['getTargetValidationMetadatas']>[number];
type Storage = ReturnType<typeof getMetadataStorage>;

/** Whether a value passes; it is given with the instance it belongs to. */
type Check = (value: unknown, instance: object) => boolean;

interface Field {
  readonly name: string;
  /** Where one of these says no, the field is not looked at. */
  readonly conditions: readonly Check[];
  readonly checks: readonly Check[];
}

/**
 * Whether an instance is right for sure. False means: ask class-validator, which also says what is wrong. It gathers,
 * groups and filters the rules of a class anew for each instance; here that is done once.
 */
export type PassesForSure = (instance: object) => boolean;

/** For rules that need more than a look at one value (nested shapes, groups, items each) it is never sure. */
export function compileChecks(shape: Shape): PassesForSure {
  const rules = getMetadataStorage().getTargetValidationMetadatas(shape, '', false, false);
  if (rules.length === 0 || !rules.every(isPlainRule)) return () => false;
  const names = [...new Set(rules.map(({ propertyName }) => propertyName))];
  const fields = names.map((name) =>
    fieldOf(
      name,
      rules.filter(({ propertyName }) => propertyName === name),
    ),
  );
  return (instance) => fields.every((field) => passes(field, instance));
}

function passes({ name, conditions, checks }: Field, instance: object): boolean {
  const value = (instance as Readonly<Record<string, unknown>>)[name];
  for (const condition of conditions) if (!condition(value, instance)) return true;
  for (const check of checks) if (!check(value, instance)) return false;
  return true;
}

/** Kinds of rules as class-validator names them. */
const CONDITION = 'conditionalValidation';
const CHECK = 'customValidation';

function isPlainRule(rule: Rule): boolean {
  const isKnown = rule.type === CONDITION || rule.type === CHECK;
  // Without options of its own a rule has no groups, whatever the type says.
  const groups = rule.groups as readonly string[] | undefined;
  return isKnown && !rule.each && !groups?.length && rule.validateIf === undefined;
}

function fieldOf(name: string, rules: readonly Rule[]): Field {
  return {
    name,
    conditions: rules.filter(({ type }) => type === CONDITION).map(conditionOf),
    checks: rules.filter(({ type }) => type === CHECK).flatMap(checksOf),
  };
}

function conditionOf({ constraints }: Rule): Check {
  const condition = constraints[0] as (instance: object, value: unknown) => unknown;
  return (value, instance) => Boolean(condition(instance, value));
}

/** True and nothing else: what is only truthy may be a promise, which class-validator knows how to take. */
function checksOf({ constraintCls, constraints, propertyName, target }: Rule): Check[] {
  return getMetadataStorage()
    .getTargetValidatorConstraints(constraintCls)
    .map(({ instance: validator }): Check => {
      const targetName = typeof target === 'function' ? target.name : target;
      return (value, object) =>
        validator.validate(value, { value, object, constraints, targetName, property: propertyName }) ===
        true;
    });
}
