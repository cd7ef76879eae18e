import type { Operation, Parameter, Schema } from '../document';
import { RawJson } from '../raw-json';
import { StrictValidator } from '../strict-validator';
import { isUnstorable, jsonMutants } from './json-values';
import { type Mutation, shown, type Verdict, WHOLE_BODY, withHeader } from './mutation';
import { addressMutants, queryMutants } from './parameter-values';

/** Where a value stands in a body: names of fields and positions in lists. */
type Place = readonly (string | number)[];

const validator = new StrictValidator('any');

/** Every parameter of the operation and every field of its body, nested ones too, each with all that can be wrong. */
export function fieldMutations(operation: Operation): Mutation[] {
  return [
    ...operation.parameters.flatMap(parameterMutations),
    ...(operation.body === undefined ? [] : fieldsIn(operation.body).flatMap(bodyFieldMutations)),
  ];
}

/** What a value that is put in this place must lead to, as far as its schema knows. */
function verdictOn(schema: Schema, json: string): Verdict {
  return !isUnstorable(json) && validator.accepts(schema, JSON.parse(json)) ? 'either' : 'refused';
}

function bodyFieldMutations(field: BodyField): Mutation[] {
  const values = jsonMutants(field.schema).map((json) => bodyFieldMutation(field, json));
  return typeof field.place.at(-1) === 'string' ? [withoutField(field), ...values] : values;
}

/** One field of a body with any JSON in it. */
export function bodyFieldMutation(field: BodyField, json: string): Mutation {
  return {
    what: `${field.place.join('.')}: ${shown(json)}`,
    part: partOf(field),
    verdict: verdictOn(field.schema, json),
    applyTo: (draft) => ({ ...draft, body: withValue(draft.body, field.place, new RawJson(json)) }),
  };
}

function withoutField(field: BodyField): Mutation {
  return {
    what: `no ${field.place.join('.')}`,
    part: partOf(field),
    verdict: field.isRequired ? 'refused' : 'either',
    applyTo: (draft) => ({ ...draft, body: withValue(draft.body, field.place, undefined) }),
  };
}

function partOf({ place: [first] }: BodyField): string {
  return `${WHOLE_BODY}.${String(first)}`;
}

export interface BodyField {
  readonly place: Place;
  readonly schema: Schema;
  readonly isRequired: boolean;
}

export function fieldsIn(schema: Schema, at: Place = []): BodyField[] {
  const { properties = {}, required = [], items } = schema;
  const named = Object.entries(properties).flatMap(([name, field]) => {
    const place = [...at, name];
    return [{ place, schema: field, isRequired: required.includes(name) }, ...fieldsIn(field, place)];
  });
  if (items === undefined) return named;
  const place = [...at, 0];
  return [...named, { place, schema: items, isRequired: false }, ...fieldsIn(items, place)];
}

function withValue(within: unknown, [head, ...rest]: Place, value: unknown): unknown {
  if (head === undefined) return value;
  if (typeof head === 'number') {
    const list = Array.isArray(within) ? (within as unknown[]) : [];
    return [withValue(list[head], rest, value), ...list.slice(head + 1)];
  }
  const object = (within ?? {}) as Readonly<Record<string, unknown>>;
  return { ...object, [head]: withValue(object[head], rest, value) };
}

function parameterMutations(parameter: Parameter): Mutation[] {
  switch (parameter.in) {
    case 'path':
      return pathMutations(parameter);
    case 'query':
      return queryMutations(parameter);
    case 'header':
      return headerMutations(parameter);
  }
}

function pathMutations({ name, schema }: Parameter): Mutation[] {
  return addressMutants(schema).map((text) => ({
    what: `{${name}} ${shown(text)}`,
    part: `path.${name}`,
    verdict: textVerdict(schema, decoded(text)),
    applyTo: (draft) => ({ ...draft, path: { ...draft.path, [name]: text }, isAstray: true }),
  }));
}

function queryMutations({ name, schema }: Parameter): Mutation[] {
  const part = `query.${name}`;
  const put =
    (...query: string[]): Mutation['applyTo'] =>
    (draft) => ({ ...draft, query: [...draft.query, ...query] });
  return [
    ...queryMutants(schema).map((text) => ({
      what: `?${name}=${shown(text)}`,
      part,
      verdict: textVerdict(schema, decoded(text.replaceAll('+', ' '))),
      applyTo: put(`${name}=${text}`),
    })),
    ...[
      [name, name],
      [`${name}=1`, `${name}=2`],
      [`${name}[]=1`],
      [`${name}[a]=1`],
      [`${name.toUpperCase()}=1`],
    ].map((query): Mutation => ({
      what: `?${query.join('&')}`,
      part,
      verdict: 'refused',
      applyTo: put(...query),
    })),
  ];
}

function headerMutations({ name, schema }: Parameter): Mutation[] {
  const header = name.toLowerCase();
  const texts = ['', 'null', '0', 'a b', 'é', '{}', 'x'.repeat(5_000), ...(schema.enum ?? [])] as string[];
  const uuid = '0190C2A4-0000-7000-8000-000000000000';
  return [
    ...[...texts, uuid, `${uuid};q=1`, `"${uuid}"`].map((text) => ({
      what: `${name}: ${shown(text)}`,
      part: `header.${header}`,
      verdict: textVerdict(schema, text),
      applyTo: withHeader(header, text),
    })),
    {
      what: `${name} twice`,
      part: `header.${header}`,
      verdict: 'refused',
      applyTo: withHeader(header, [uuid, uuid]),
    },
  ];
}

/** Parameters are text; one that is to be a number may be written in digits and in no other way. */
function textVerdict(schema: Schema, text: string | undefined): Verdict {
  if (text === undefined || text.includes('\0')) return 'refused';
  if (schema.type !== 'integer') return validator.accepts(schema, text) ? 'either' : 'refused';
  return /^\d+$/.test(text) && validator.accepts(schema, Number(text)) ? 'either' : 'refused';
}

function decoded(text: string): string | undefined {
  try {
    return decodeURIComponent(text);
  } catch {
    return undefined;
  }
}
