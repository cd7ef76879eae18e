import type { Schema } from '../document';

const UUID = '0190c2a4-0000-7000-8000-000000000000';

/** Each octet by itself means something to some program on the way, or did once. */
const ENCODINGS = [
  ...[
    '%00',
    '%0a',
    '%0d%0aX-Injected:1',
    '%20',
    '%25',
    '%2500',
    '%252e%252e',
    '%c0%af',
    '%c0%80',
    '%ff',
    '%ed%a0%bd',
  ],
  ...['%e2%80%8f', '%e2%80%ae', '%ef%bb%bf', '%f0%9f%91%8b', '%u0031', '%', '%zz', '%e2%80'],
];
const TEXTS = [
  'null',
  'undefined',
  'true',
  'NaN',
  '[object%20Object]',
  '__proto__',
  'constructor',
  'toString',
  '*',
];
const NUMBERS = ['0', '-0', '-1', '1', '01', '+1', '1.0', '1e1', '0x1', '1_0', '%31', '1%20', '%091'];
const LARGE_NUMBERS = [
  '99999999999999999999',
  '9007199254740992',
  '4294967297',
  '2147483648',
  '1e308',
  'Infinity',
];

/** Texts for the path of an address, encoded as they are to be sent. */
export function addressMutants({ format }: Schema): string[] {
  return [
    ...ENCODINGS,
    ...['null', '__proto__', 'toString', '0', '-1', '1e1'],
    ...[
      '',
      '.',
      '..',
      '%2e%2e',
      '%2e',
      '..%2f..',
      '%2f',
      '%5c',
      ';',
      ';a=b',
      '/',
      '//',
      `/${UUID}`,
      'a/b',
      '?',
      '~',
    ],
    ...['x'.repeat(256), 'x'.repeat(257), 'x'.repeat(5_000), "'%20OR%201=1--", '%7b%7d'],
    ...(format === 'uuid' ? uuidMutants() : []),
  ];
}

/** Texts for the value of a parameter in a query, encoded as they are to be sent. */
export function queryMutants({ enum: allowed = [], minimum, maximum }: Schema): string[] {
  const bounds = [minimum, maximum].flatMap((bound) =>
    bound === undefined ? [] : [bound - 1, bound, bound + 1],
  );
  return [
    ...ENCODINGS,
    ...TEXTS,
    ...NUMBERS,
    ...LARGE_NUMBERS,
    ...bounds.map(String),
    ...['', 'a,b', 'a;b', 'a=b', '%26', 'x'.repeat(5_000)],
    ...allowed.flatMap((value) => [
      String(value),
      String(value).toUpperCase(),
      `${String(value)},${String(value)}`,
    ]),
  ];
}

function uuidMutants(): string[] {
  const wrong = [
    `${UUID}%00`,
    `${UUID}%20`,
    `${UUID}.json`,
    `${UUID};a=b`,
    `${UUID}/`,
    `${UUID}0`,
    UUID.slice(1),
  ];
  return [...wrong, `%7b${UUID}%7d`, `urn:uuid:${UUID}`, UUID.replaceAll('-', ''), UUID.toUpperCase(), UUID];
}
