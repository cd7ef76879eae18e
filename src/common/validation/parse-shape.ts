import { plainToInstance } from 'class-transformer';
import { getMetadataStorage, type ValidationError, validateSync } from 'class-validator';
import { type FieldError, ValidationFailed } from '../problem';

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
  const known = fieldsOf(shape);
  const names = Object.getOwnPropertyNames(value);
  const unknown = names.filter((name) => !known.has(name));
  const instance = instantiate(
    shape,
    names.filter((name) => known.has(name)).map((name) => [name, value[name]]),
  );
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

const declaredFields = new WeakMap<object, ReadonlySet<string>>();

/** What a shape declares, inherited fields included. */
function fieldsOf(shape: Shape<object>): ReadonlySet<string> {
  let known = declaredFields.get(shape);
  if (known === undefined) {
    const rules = getMetadataStorage().getTargetValidationMetadatas(shape, '', false, false);
    known = new Set(rules.map(({ propertyName }) => propertyName));
    declaredFields.set(shape, known);
  }
  return known;
}

/**
 * Texts and numbers go through the fields' transformations. Whatever has parts of its own is taken over as it is:
 * class-transformer would walk into it, trip over odd keys and, deep enough, run out of stack.
 */
function instantiate<T extends object>(shape: Shape<T>, entries: readonly (readonly [string, unknown])[]): T {
  const simple = Object.fromEntries(entries.filter(([, field]) => isSimple(field)));
  const instance = plainToInstance(shape, simple, { exposeDefaultValues: true });
  for (const [name, field] of entries) if (!isSimple(field)) Object.assign(instance, { [name]: field });
  return instance;
}

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
