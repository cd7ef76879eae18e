import { plainToInstance } from 'class-transformer';
import { type ValidationError, validateSync } from 'class-validator';
import { type FieldError, ValidationFailed } from '../problem';

type Shape<T> = new () => T;

/** Keys that mean something to the language itself; no client has a use for them. */
const POISONED_KEYS = ['__proto__', 'constructor', 'prototype'];

/**
 * Turns what a client sent into `shape`, for REST and sockets alike.
 * Only fields that `shape` declares are let in: an unknown one is an error, never dropped in silence.
 *
 * @throws ValidationFailed naming each field that is wrong.
 */
export function parseShape<T extends object>(shape: Shape<T>, value: unknown): T {
  if (!isPlainObject(value)) throw ValidationFailed.of('', 'must be a JSON object');
  const poisoned = POISONED_KEYS.filter((key) => Object.hasOwn(value, key));
  if (poisoned.length > 0) {
    throw new ValidationFailed(poisoned.map((path) => ({ path, message: 'unknown field' })));
  }
  const instance = plainToInstance(shape, value, { exposeDefaultValues: true });
  const errors = validateSync(instance, {
    whitelist: true,
    forbidNonWhitelisted: true,
    forbidUnknownValues: true,
    validationError: { target: false, value: false },
  });
  if (errors.length > 0) throw new ValidationFailed(errors.flatMap((error) => fieldErrors(error, '')));
  return instance;
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

function fieldErrors(error: ValidationError, parent: string): FieldError[] {
  const path = parent === '' ? error.property : `${parent}.${error.property}`;
  const own = Object.entries(error.constraints ?? {}).map(([rule, message]) => ({
    path,
    message: rule === 'whitelistValidation' ? 'unknown field' : message,
  }));
  return [...own, ...(error.children ?? []).flatMap((child) => fieldErrors(child, path))];
}
