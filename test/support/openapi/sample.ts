import { randomUUID } from 'node:crypto';
import type { Schema } from './document';

/** A value that the schema allows: of an object, just what it requires. */
export function sample(schema: Schema): unknown {
  const { type, format, enum: [first] = [], default: preset, minimum, minItems = 0, allOf } = schema;
  if (allOf?.[0] !== undefined) return sample(allOf[0]);
  if (first !== undefined) return first;
  if (preset !== undefined) return preset;
  switch (type) {
    case 'string':
      return format === undefined ? 'text' : sampleOfFormat(format);
    case 'integer':
      return minimum ?? 1;
    case 'boolean':
      return true;
    case 'array':
      return Array.from({ length: minItems }, () => sample(schema.items ?? {}));
    case 'object':
      return sampleObject(schema);
    case undefined:
    default:
      throw new Error(`Nothing is known of how to make ${JSON.stringify(schema)}.`);
  }
}

export function sampleObject({ properties = {}, required = [] }: Schema): Record<string, unknown> {
  return Object.fromEntries(required.map((name) => [name, sample(properties[name] ?? {})]));
}

function sampleOfFormat(format: string): string {
  switch (format) {
    case 'uuid':
      return randomUUID();
    case 'date-time':
      return new Date().toISOString();
    case 'uri':
      return 'https://kaha.test/';
    default:
      throw new Error(`Nothing is known of the format ${format}.`);
  }
}
