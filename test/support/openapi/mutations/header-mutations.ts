import type { Operation } from '../document';
import type { Draft } from '../draft';
import { secondsFromNow, signedToken } from '../../tokens';
import { type Mutation, shown, type Verdict, WHOLE_BODY, withHeader } from './mutation';

const UUID = '0190c2a4-0000-7000-8000-000000000000';
const TRACE = '0af7651916cd43dd8448eb211c80319c';

const NO_TOKENS = [
  '',
  'Bearer',
  'Bearer ',
  'Basic YTpi',
  'Token x',
  'Bearer null',
  'Bearer undefined',
  'Bearer a.b.c',
];
const CLAIMS = { sub: UUID, exp: secondsFromNow(600) };

/** Headers of no operation in particular: none may make it fail, or answer otherwise than it should. */
const IGNORED: readonly (readonly [name: string, value: string | readonly string[]])[] = [
  ...['', 'two words', '<script>', 'é', 'x'.repeat(200), '__proto__'].map(
    (id) => ['x-request-id', id] as const,
  ),
  ['x-request-id', ['a', 'b']],
  ...[
    `00-${TRACE}-b7ad6b7169203331-01`,
    `ff-${TRACE}-b7ad6b7169203331-01`,
    '00-0-0-0',
    '',
    'x'.repeat(5_000),
  ].map((trace) => ['traceparent', trace] as const),
  ['x-http-method-override', 'DELETE'],
  ['x-forwarded-for', '127.0.0.1, evil'],
  ['x-original-url', '/metrics'],
  ['origin', 'https://evil.test'],
  ['host', 'evil.test'],
  ['host', '@:['],
  ['accept', 'text/html'],
  ['accept-encoding', 'zstd;q=-1, *;q=0'],
  ['content-encoding', 'gzip'],
  ['if-none-match', '*'],
  ['range', 'bytes=0-0,-1'],
  ['cookie', '__proto__=1; session=x'],
  ['x-tenant-id', UUID],
  ['idempotency-key', UUID],
  ['sec-websocket-extensions', 'constructor'],
  ['__proto__', '1'],
];

const NOT_JSON = [
  ...[
    'text/plain',
    'text/plain;charset=utf-8',
    'text/json',
    'application/x-www-form-urlencoded',
    'application/xml',
  ],
  ...[
    'multipart/form-data; boundary=x',
    'application/octet-stream',
    'application/jsonp',
    'application/json-seq',
  ],
  ...[
    'application/json-patch+json',
    'application/merge-patch+json',
    'application/ld+json',
    'application',
    'json',
  ],
  ...['/', '*/*', ';', ',', 'application/json, text/plain', 'application/json/x', '__proto__', ''],
];
/** Some would be taken for JSON and some not. Whichever it is, what is sent has to be checked. */
const NEARLY_JSON = [
  ...[
    'application/JSON',
    'Application/Json; Charset=UTF-8',
    'application/json;',
    'application/json;;',
    'application/json ',
  ],
  ...['application/json\t', '\tapplication/json', ' application/json', 'application/json\t;charset=utf-8'],
  ...[
    'application/json;charset=utf-16',
    'application/json;charset=utf-7',
    'application/json;charset="',
    'application/json;a',
    'application/json;\xa0',
  ],
  ...['application/json garbage', 'application/json;a=b;a=c', 'application/json;charset=utf-8, text/plain'],
];

/** What a request says of itself: who sends it, what it is about, what its body is. */
export function headerMutations(operation: Operation): Mutation[] {
  return [...credentials(operation), ...ignored(operation), ...contentTypes(operation)];
}

function credentials({ access }: Operation): Mutation[] {
  const verdict: Verdict = access === 'public' ? 'either' : 'refused';
  const tokens = [
    signedToken(CLAIMS, 'a secret that is not the one that it should be'),
    signedToken(CLAIMS, '', { alg: 'none' }),
    signedToken({ sub: UUID }),
    signedToken({ ...CLAIMS, sub: 'admin' }),
    signedToken({ ...CLAIMS, sub: { toString: UUID } }),
    signedToken({ ...CLAIMS, tenant: 'x' }),
    signedToken({ ...CLAIMS, exp: secondsFromNow(-60) }),
    signedToken({ ...CLAIMS, nbf: secondsFromNow(600) }),
    'x'.repeat(8_000),
    'é',
  ];
  return [...NO_TOKENS, ...tokens.map((token) => `Bearer ${token}`), ['Bearer a', 'Bearer b']].map(
    (value) => ({
      what: `Authorization: ${shown(String(value))}`,
      part: 'header.authorization',
      verdict,
      applyTo: withHeader('authorization', value),
    }),
  );
}

function ignored({ parameters }: Operation): Mutation[] {
  const known = new Set(parameters.map(({ name }) => name.toLowerCase()));
  return IGNORED.filter(([name]) => !known.has(name)).map(([name, value]) => ({
    what: `${name}: ${shown(String(value))}`,
    part: `header.${name}`,
    verdict: 'either',
    applyTo: withHeader(name, value),
  }));
}

function contentTypes({ body, method }: Operation): Mutation[] {
  if (method === 'GET') return [];
  const typed = (type: string | readonly string[], verdict: Verdict): Mutation => ({
    what: `Content-Type: ${shown(String(type))}`,
    part: 'header.content-type',
    verdict,
    applyTo: (draft) => withHeader('content-type', type)({ ...draft, body: draft.body ?? Buffer.from('{}') }),
  });
  const wrongToo = (type: string | readonly string[]): Mutation => ({
    what: `Content-Type: ${shown(String(type))} of what is wrong besides`,
    part: WHOLE_BODY,
    verdict: 'refused',
    applyTo: (draft: Draft) =>
      withHeader('content-type', type)({ ...draft, body: Buffer.from('{"nonsense":1}') }),
  });
  const several = [['application/json', 'text/plain'], ['text/plain', 'application/json'], []];
  return [
    ...NOT_JSON.map((type) => typed(type, 'refused')),
    ...(body === undefined ? [] : NEARLY_JSON.map((type) => typed(type, 'either'))),
    ...[...NEARLY_JSON, ...several].map(wrongToo),
  ];
}
