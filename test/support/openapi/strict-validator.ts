import Ajv, { type ErrorObject, type ValidateFunction } from 'ajv';
import addFormats from 'ajv-formats';
import { TIME } from '../patterns';
import type { Schema } from './document';

const ANNOTATIONS = ['description', 'example', 'default', 'title'] as const;

/** Says whether values are what a schema of the document promises: all of its fields, and not one besides. */
export class StrictValidator {
  private readonly ajv = new Ajv({ allErrors: true });
  private readonly compiled = new Map<Schema, ValidateFunction>();

  /** @param times how times are written: our own always in one way, what is sent to us in any that RFC 3339 has. */
  constructor(times: 'ours' | 'any') {
    addFormats(this.ajv);
    if (times === 'ours') this.ajv.addFormat('date-time', TIME);
  }

  /** What is wrong with `value`, in ajv's words; nothing where it is as it should be. */
  faults(schema: Schema, value: unknown): string[] {
    let validate = this.compiled.get(schema);
    if (validate === undefined) {
      validate = this.ajv.compile(strict(schema) as object);
      this.compiled.set(schema, validate);
    }
    return validate(value) ? [] : (validate.errors ?? []).map(inWords);
  }

  accepts(schema: Schema, value: unknown): boolean {
    return this.faults(schema, value).length === 0;
  }
}

function inWords({ instancePath, message, params }: ErrorObject): string {
  return `${instancePath || 'the whole'} ${message} ${JSON.stringify(params)}`;
}

/** OpenAPI 3.0 as JSON Schema, objects closed to fields that they do not name. */
function strict(schema: Schema): unknown {
  const { nullable = false, ...rest } = schema;
  const [only, ...others] = rest.allOf ?? [];
  if (others.length > 0) throw new Error('Nothing is known of a schema that is several at once.');
  const strictened = only === undefined ? closed(rest) : strict(only);
  return nullable ? { anyOf: [strictened, { type: 'null' }] } : strictened;
}

function closed(schema: Schema): unknown {
  const { properties, items, ...rest } = withoutAnnotations(schema);
  return {
    ...rest,
    ...(items && { items: strict(items) }),
    ...(properties && {
      additionalProperties: false,
      properties: Object.fromEntries(
        Object.entries(properties).map(([name, field]) => [name, strict(field)]),
      ),
    }),
  };
}

function withoutAnnotations(schema: Schema): Schema {
  const annotations: readonly string[] = ANNOTATIONS;
  return Object.fromEntries(Object.entries(schema).filter(([key]) => !annotations.includes(key)));
}
