import { applyDecorators } from '@nestjs/common';
import { Transform } from 'class-transformer';
import { IsInt, Max, Min, ValidateBy, ValidateIf } from 'class-validator';
import { isUuid } from '../uuid';
import { isHttpsUrl } from './https-url';
import { isShallowObject, MAX_DEPTH } from './shallow-object';

/** The field may be left out. `null` is a value like any other, and so of the wrong type. */
export function MayBeAbsent(): PropertyDecorator {
  return ValidateIf((_object, value) => value !== undefined);
}

/** A UUID of any version, in the canonical form; taken over in lower case. */
export function IsUuid(): PropertyDecorator {
  return applyDecorators(
    Transform(({ value }: { value: unknown }) => (typeof value === 'string' ? value.toLowerCase() : value)),
    ValidateBy({
      name: 'isUuid',
      validator: { validate: isUuid, defaultMessage: () => '$property must be a UUID' },
    }),
  );
}

/** A list of UUIDs, taken over in lower case. Its length is for the field to say. */
export function IsUuidList(): PropertyDecorator {
  return applyDecorators(
    Transform(({ value }: { value: unknown }) =>
      Array.isArray(value)
        ? value.map((item: unknown) => (typeof item === 'string' ? item.toLowerCase() : item))
        : value,
    ),
    ValidateBy({
      name: 'isUuidList',
      validator: {
        validate: (value: unknown) => Array.isArray(value) && value.every(isUuid),
        defaultMessage: () => '$property must be a list of UUIDs',
      },
    }),
  );
}

/** An integer from a query string: digits only, so that neither `1e1` nor an empty value passes for a number. */
export function IsQueryInt(min: number, max: number): PropertyDecorator {
  return applyDecorators(
    Transform(({ value }: { value: unknown }) =>
      typeof value === 'string' && /^\d{1,16}$/.test(value)
        ? Number(value)
        : typeof value === 'number'
          ? value
          : NaN,
    ),
    IsInt(),
    Min(min),
    Max(max),
  );
}

/**
 * Text that Postgres and every client can hold as it is: no NUL, no half of a surrogate pair.
 * Counted in code points, so that an emoji is one.
 */
export function IsText(minCodePoints: number, maxCodePoints: number): PropertyDecorator {
  return ValidateBy({
    name: 'isText',
    validator: {
      validate: (value: unknown) =>
        isCleanText(value) && codePointsWithin(value, minCodePoints, maxCodePoints),
      defaultMessage: () =>
        `$property must be text of ${minCodePoints} to ${maxCodePoints} characters, without NUL or lone surrogates`,
    },
  });
}

/** The `https:` URL of a picture, of at most 2,048 characters. It is handed on as it is and never fetched. */
export function IsHttpsUrl(): PropertyDecorator {
  return ValidateBy({
    name: 'isHttpsUrl',
    validator: {
      validate: (value: unknown) => typeof value === 'string' && isHttpsUrl(value),
      defaultMessage: () => '$property must be an https: URL of at most 2048 characters',
    },
  });
}

/** The field may be left out, and `null` takes away what was there. */
export function MayBeAbsentOrNull(): PropertyDecorator {
  return ValidateIf((_object, value) => value !== undefined && value !== null);
}

/** A JSON object taken over as it is, never merged into anything, of at most `maxBytes` as JSON. */
export function IsOpaqueObject(maxBytes: number): PropertyDecorator {
  return ValidateBy({
    name: 'isOpaqueObject',
    validator: {
      validate: (value: unknown) => isShallowObject(value, maxBytes) && isStorableJson(value, maxBytes),
      defaultMessage: () =>
        `$property must be a JSON object of at most ${maxBytes} bytes and ${MAX_DEPTH} levels, without NUL or lone surrogates`,
    },
  });
}

function isCleanText(value: unknown): value is string {
  return typeof value === 'string' && !value.includes('\0') && value.isWellFormed();
}

function codePointsWithin(text: string, min: number, max: number): boolean {
  // A code point is one or two UTF-16 units, so lengths outside these bounds need no counting.
  if (text.length < min || text.length > max * 2) return false;
  if (text.length <= max && min <= 1) return true;
  let count = 0;
  for (const _ of text) count++;
  return count >= min && count <= max;
}

/** jsonb refuses NUL and lone surrogates; JSON.stringify writes both as escapes, so they are found in its output. */
function isStorableJson(value: object, maxBytes: number): boolean {
  const json = JSON.stringify(value);
  if (Buffer.byteLength(json) > maxBytes) return false;
  return !/(?<!\\)(?:\\\\)*\\u(?:0000|d[89a-f])/i.test(json);
}
