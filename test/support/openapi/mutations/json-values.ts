import type { Schema } from '../document';

const LONG_TEXT = '"' + 'é'.repeat(5_000) + '"';

/** Of every type there is, and what has fooled programs that took one for another. As JSON. */
const OF_EVERY_TYPE = [
  ...['null', 'true', 'false'],
  ...['0', '-0', '-1', '1', '1.5', '1e1', '1e308', '1e400', '-1e400', '9007199254740993', '4294967296'],
  ...['""', '" "', '"0"', '"true"', '"null"', '"NaN"', '"Infinity"', '"[object Object]"', '"\\\\"', '"%00"'],
  ...['[]', '[null]', '[[]]', '[{}]', '[1,"1",null]', '{}'],
  ...['{"__proto__":{"polluted":true}}', '{"constructor":{"prototype":{"polluted":true}}}'],
  ...['{"toString":1,"valueOf":null}', '{"then":1}', '{"length":4294967296}', '{"$ne":null}', '{"":0}'],
];

const TEXTS = [
  '"\\u0000"',
  '"a\\u0000b"',
  '"\\ud83d"',
  '"\\udc00\\ud83d"',
  '"\\ufeff"',
  '"\\u202e\\u200fabc"',
  '"👋🏽"',
  '"\\u2028"',
  '"\\r\\nX-Injected: 1"',
  `"'; DROP TABLE messages; --"`,
  '"<script>alert(1)</script>"',
  '"{{7*7}}${7*7}"',
  '{"a\\u0000":1}',
  '{"a":["\\udfff"]}',
  LONG_TEXT,
];

/** Within the limit on bodies; nested far beyond any on the depth of a stack. */
const HUGE = [
  JSON.stringify('x'.repeat(70_000)),
  '['.repeat(10_000) + ']'.repeat(10_000),
  '{"a":'.repeat(10_000) + '1' + '}'.repeat(10_000),
];

const OF_FORMAT: Readonly<Record<string, readonly string[]>> = {
  uuid: [
    '00000000-0000-0000-0000-000000000000',
    'FFFFFFFF-FFFF-FFFF-FFFF-FFFFFFFFFFFF',
    '{0190c2a4-0000-7000-8000-000000000000}',
    '0190c2a4-0000-7000-8000-00000000000',
    '0190c2a4-0000-7000-8000-0000000000000',
    '0190c2a4000070008000000000000000',
    '0190c2a4-0000-7000-8000-000000000000\n',
    '0190c2a4-0000-7000-8000-00000000000g',
    '٠190c2a4-0000-7000-8000-000000000000',
  ],
  'date-time': [
    '2026-02-30T00:00:00Z',
    '2026-01-01',
    '0000-00-00T00:00:00Z',
    '275760-09-14T00:00:00Z',
    'now',
  ],
  uri: [
    'javascript:alert(1)',
    'http://kaha.test/',
    'https://',
    'https:///',
    '//kaha.test',
    'https://a b',
    'data:,',
  ],
};

/** Values to be put where one of the schema belongs, as JSON: some that it allows, most that it does not. */
export function jsonMutants(schema: Schema): string[] {
  return [
    ...new Set([
      ...OF_EVERY_TYPE,
      ...TEXTS,
      ...atItsBounds(schema),
      ...ofItsFormat(schema),
      ...(isFree(schema) ? HUGE : []),
    ]),
  ];
}

/** Of the others it is enough to see the type, or a few characters. */
function isFree({ type, format, enum: allowed }: Schema): boolean {
  return type === 'object' || (type === 'string' && format === undefined && allowed === undefined);
}

function atItsBounds({
  minimum,
  maximum,
  minLength,
  maxLength,
  minItems,
  maxItems,
  items,
  enum: allowed,
}: Schema) {
  const numbers = [minimum, maximum].flatMap((bound) =>
    bound === undefined ? [] : [bound - 1, bound, bound + 1],
  );
  const lengths = [minLength, maxLength].flatMap((bound) =>
    bound === undefined ? [] : [bound - 1, bound, bound + 1],
  );
  const sizes = [minItems, maxItems].flatMap((bound) =>
    bound === undefined ? [] : [bound - 1, bound, bound + 1],
  );
  const item = items?.format === 'uuid' ? '0190c2a4-0000-7000-8000-000000000000' : 'x';
  return [
    ...numbers.map(String),
    ...lengths.filter((length) => length >= 0).map((length) => JSON.stringify('𝕏'.repeat(length))),
    ...sizes.filter((size) => size >= 0).map((size) => JSON.stringify(Array<string>(size).fill(item))),
    ...(allowed ?? []).flatMap((value) => [
      JSON.stringify(value),
      JSON.stringify(String(value).toUpperCase()),
    ]),
  ];
}

function ofItsFormat({ format }: Schema): string[] {
  return (OF_FORMAT[format ?? ''] ?? []).map((text) => JSON.stringify(text));
}

/** Whether a text in it has NUL or half of a surrogate pair: no text in the API may. */
export function isUnstorable(json: string): boolean {
  if (!json.includes('\\u')) return false;
  const written = JSON.stringify(JSON.parse(json));
  // Well-formed JSON.stringify writes just these as escapes.
  return /(?<!\\)(?:\\\\)*\\u(?:0000|d[89a-f])/i.test(written);
}
