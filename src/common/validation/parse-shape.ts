import { getMetadataStorage, type ValidationError, validateSync } from 'class-validator';
import { type FieldError, ValidationFailed } from '../problem';
import { compileChecks, type PassesForSure } from './compiled-checks';
import { compileTransforms } from './compiled-transforms';

type Shape<T> = new () => T;

/**
 * Turns what a client sent into `shape`, for REST, sockets and the payloads of extensions alike. Only fields that
 * `shape` declares are let in: an unknown one is an error, never dropped in silence.
 *
 * @param at where `value` stood in what was sent, for the paths of errors; nothing for the whole of it.
 * @throws ValidationFailed naming each field that is wrong, up to a hundred.
 */
export function parseShape<T extends object>(shape: Shape<T>, value: unknown, at = ''): T {
  if (!isPlainObject(value)) throw ValidationFailed.of(at, 'must be a JSON object');
  const rules = rulesOf(shape);
  const simple: Record<string, unknown> = {};
  const whole: Record<string, unknown> = {};
  const unknown: string[] = [];
  for (const name of Object.getOwnPropertyNames(value)) {
    if (!rules.declares(name)) unknown.push(name);
    else if (isSimple(value[name])) simple[name] = value[name];
    else whole[name] = value[name];
  }
  const instance = Object.assign(rules.instantiate(simple), whole);
  if (unknown.length === 0 && rules.passes(instance)) return instance;
  const errors = [
    ...unknown.slice(0, MOST_ERRORS).map((name) => ({ path: join(at, name), message: 'unknown field' })),
    ...validateSync(instance, CHECKS).flatMap((error) => fieldErrors(error, at)),
  ];
  if (errors.length > 0) throw new ValidationFailed(errors.slice(0, MOST_ERRORS));
  return instance;
}

/** Enough to mend a request by. Without an end, the answer could be several times what was sent. */
const MOST_ERRORS = 100;

const CHECKS = { forbidUnknownValues: true, validationError: { target: false, value: false } };

/** What the decorators of a shape say, worked out once. */
interface Rules<T> {
  /** Inherited fields included. */
  readonly declares: (name: string) => boolean;
  readonly instantiate: (fields: Readonly<Record<string, unknown>>) => T;
  readonly passes: PassesForSure;
}

const known = new WeakMap<object, Rules<object>>();

function rulesOf<T extends object>(shape: Shape<T>): Rules<T> {
  let rules = known.get(shape);
  if (rules === undefined) {
    const metadata = getMetadataStorage().getTargetValidationMetadatas(shape, '', false, false);
    const fields = new Set(metadata.map(({ propertyName }) => propertyName));
    rules = {
      declares: (name) => fields.has(name),
      instantiate: compileTransforms(shape, [...fields]),
      passes: compileChecks(shape),
    };
    known.set(shape, rules);
  }
  return rules as Rules<T>;
}

/**
 * Texts and numbers go through the fields' transformations. Whatever has parts of its own is taken over as it is:
 * class-transformer would walk into it, trip over odd keys and, deep enough, run out of stack.
 */
function isSimple(field: unknown): boolean {
  if (!Array.isArray(field)) return isPrimitive(field);
  return field.length <= LONGEST_LIST && field.every(isPrimitive);
}

/** No field takes as many. Transforming a list costs some ten microseconds an item, before its length is looked at. */
const LONGEST_LIST = 200;

function isPrimitive(value: unknown): boolean {
  return typeof value !== 'object' || value === null;
}

/**
 * A JSON object: not null, not an array, not a buffer or an instance of a class. Also what the router makes of paths
 * and queries, whose prototype is an empty object of its own.
 */
export function isPlainObject(value: unknown): value is Record<string, unknown> {
  if (typeof value !== 'object' || value === null) return false;
  const prototype = Object.getPrototypeOf(value) as object | null;
  return prototype === null || Object.getPrototypeOf(prototype) === null;
}

function fieldErrors({ property, constraints = {} }: ValidationError, at: string): FieldError[] {
  return Object.values(constraints).map((message) => ({ path: join(at, property), message }));
}

function join(at: string, name: string): string {
  return at === '' ? name : `${at}.${name}`;
}
