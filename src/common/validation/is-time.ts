import { ValidateBy } from 'class-validator';

const DAY_LENGTH = 'YYYY-MM-DD'.length;
const ISO_8601 = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,9})?(?:Z|[+-]\d\d:\d\d)$/;

/** A time as RFC 3339 writes it, with seconds and the offset from UTC, on a day that there is. */
export function IsTime(): PropertyDecorator {
  return ValidateBy({
    name: 'isTime',
    validator: {
      validate: isTime,
      defaultMessage: () => '$property must be a time such as 2026-06-01T12:00:00.000Z',
    },
  });
}

export function isTime(value: unknown): boolean {
  if (typeof value !== 'string' || !ISO_8601.test(value) || Number.isNaN(Date.parse(value))) return false;
  // Some days that are not there (February 30) are read as the days after.
  const day = value.slice(0, DAY_LENGTH);
  return new Date(day).toISOString().startsWith(day);
}
