import type { Operation } from '../document';
import { RawJson } from '../raw-json';
import type { Draft } from '../draft';
import { type Mutation, shown, WHOLE_BODY, withBody } from './mutation';

/** What programs set by mistake when they take over all that they are sent. */
const COVETED = [
  ...[
    'id',
    'tenantId',
    'tenant_uuid',
    'userId',
    'senderId',
    'sender_uuid',
    'createdBy',
    'role',
    'roles',
    'isAdmin',
  ],
  ...['seq', 'rev', 'sentAt', 'deletedAt', 'createdAt', 'expiresAt', 'stamp', 'scope', '$where', ''],
];
/** What every object has already, or is taken for something else when it has. */
const OF_THE_LANGUAGE = [
  '__proto__',
  'constructor',
  'prototype',
  'toString',
  'hasOwnProperty',
  'then',
  'length',
];
/** The same few for each query: they are all found in one way. */
const STRAY_QUERY = ['tenantId', 'userId', 'role', '', '__proto__', 'constructor'];

/** T03: fields that the operation does not name, in its query and in its body. */
export function unknownInputMutations(operation: Operation): Mutation[] {
  const names = [...COVETED, ...OF_THE_LANGUAGE];
  const known = new Set([
    ...operation.parameters.map(({ name }) => name),
    ...Object.keys(operation.body?.properties ?? {}),
  ]);
  const unknown = names.filter((name) => !known.has(name));
  return [
    ...unknown.filter((name) => STRAY_QUERY.includes(name)).map((name) => strayQuery(operation, name)),
    ...(takesBodies(operation) ? unknown.map(strayField) : []),
  ];
}

/** T12: bodies that are not the JSON object that they should be, if there should be one at all. */
export function bodyMutations(operation: Operation): Mutation[] {
  if (!takesBodies(operation)) return [];
  const isWanted = operation.body !== undefined;
  const isNeeded = (operation.body?.required ?? []).length > 0;
  return [
    ...NOT_JSON.map((text) => wholeBody(text, 'refused')),
    ...NOT_OBJECTS.map((text) => wholeBody(text, 'refused')),
    ...NOTHING.map((text) => wholeBody(text, isNeeded ? 'refused' : 'either')),
    ...NOT_UTF_8.map((bytes): Mutation => ({
      what: `bytes ${bytes.toString('hex')}`,
      part: WHOLE_BODY,
      verdict: 'refused',
      applyTo: (draft) => ({ ...draft, body: withBytes(draft.body, bytes) }),
    })),
    { what: 'more than 256 KiB', part: WHOLE_BODY, verdict: 'refused', applyTo: withBody(tooLarge()) },
    ...(isWanted ? [...framed(), ...repeated(operation)] : []),
  ];
}

const NOT_JSON = [
  ...[
    ' ',
    '{',
    '{"a":1,}',
    "{'a':1}",
    '{a:1}',
    '{}{}',
    '\0',
    'NaN',
    '{"a":01}',
    '{"a":"\t"}',
    '{"a":"\\x"}',
    '/**/{}',
  ],
  ...['a=1&b=2', '<a/>', '['.repeat(100_000), '{"a":'.repeat(40_000), '\ufeff\ufeff{}'],
];
const NOT_OBJECTS = [
  'true',
  'false',
  '0',
  '1',
  '-1e400',
  '""',
  '"{}"',
  '[]',
  '[{}]',
  '[[]]',
  '['.repeat(10_000) + ']'.repeat(10_000),
];
const NOTHING = ['', 'null', '{}'];
const NOT_UTF_8 = ['ff', 'c0af', 'c080', 'eda0bd', 'f09f98', 'e282', 'f8a1a1a1a1', '80', 'fffe7b00'].map(
  (hex) => Buffer.from(hex, 'hex'),
);

function wholeBody(text: string, verdict: Mutation['verdict']): Mutation {
  return { what: `body ${shown(text)}`, part: WHOLE_BODY, verdict, applyTo: withBody(Buffer.from(text)) };
}

/** The right body with something around it that is none of its business. */
function framed(): Mutation[] {
  const around = (before: string, after: string) => (draft: Draft) => ({
    ...draft,
    body: Buffer.from(`${before}${JSON.stringify(draft.body)}${after}`),
  });
  return [
    { what: 'white space around', part: WHOLE_BODY, verdict: 'either', applyTo: around('\r\n\t ', ' \n') },
    { what: 'a byte order mark', part: WHOLE_BODY, verdict: 'either', applyTo: around('\ufeff', '') },
    { what: 'junk behind', part: WHOLE_BODY, verdict: 'refused', applyTo: around('', '\0') },
    { what: 'another behind', part: WHOLE_BODY, verdict: 'refused', applyTo: around('', '{}') },
    { what: 'a guard before', part: WHOLE_BODY, verdict: 'refused', applyTo: around(")]}',\n", '') },
    { what: 'a list around', part: WHOLE_BODY, verdict: 'refused', applyTo: around('[', ']') },
  ];
}

/** The last of two is taken. It is the one to be checked, too. */
function repeated({ body }: Operation): Mutation[] {
  return Object.entries(body?.properties ?? {}).map(([name, { type }]) => ({
    what: `${name} twice`,
    part: `${WHOLE_BODY}.${name}`,
    verdict: 'refused',
    applyTo: (draft) => ({
      ...draft,
      body: RawJson.withField(draft.body, name, type === 'object' ? '[]' : '{}'),
    }),
  }));
}

function strayQuery({ path }: Operation, name: string): Mutation {
  const text = encodeURIComponent(name);
  return {
    what: `?${text}=1`,
    part: `query.${name}`,
    // Only the API itself is strict: probes and scrapers may ask as they please.
    verdict: path.startsWith('/v1/') ? 'refused' : 'either',
    applyTo: (draft) => ({ ...draft, query: [...draft.query, `${text}=1`] }),
  };
}

function strayField(name: string): Mutation {
  return {
    what: `unknown field ${shown(name)}`,
    part: `${WHOLE_BODY}.${name}`,
    verdict: 'refused',
    applyTo: (draft) => ({
      ...draft,
      body: RawJson.withField(draft.body ?? {}, name, '{"prototype":{"polluted":1}}'),
    }),
  };
}

/** Of the others the body is not even read. */
function takesBodies({ method }: Operation): boolean {
  return !['GET', 'HEAD'].includes(method);
}

/** In the last text of the body, where it is right but for them. */
function withBytes(body: unknown, bytes: Buffer): Buffer {
  const text = JSON.stringify(body ?? { text: '' });
  const end = text.lastIndexOf('"');
  return Buffer.concat([Buffer.from(text.slice(0, end)), bytes, Buffer.from(text.slice(end))]);
}

/** Every field of it is right, were it not so large. */
function tooLarge(): Buffer {
  return Buffer.from(`{${' '.repeat(257 * 1024)}}`);
}
