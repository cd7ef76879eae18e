import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import Ajv, { type ErrorObject, type ValidateFunction } from 'ajv/dist/2020';
import addFormats from 'ajv-formats';
import { TIME } from '../patterns';

const FOLDER = join(__dirname, '../../../docs/events');
const EVENT_SCHEMA = /^(\w+)\.v(\d+)\.schema\.json$/;

/** What docs/events promises to other services. */
export class EventSchemas {
  private readonly envelope: ValidateFunction;
  private readonly events = new Map<string, ValidateFunction>();

  constructor() {
    const ajv = new Ajv({ allErrors: true, strict: true, allowUnionTypes: true });
    addFormats(ajv);
    ajv.addFormat('date-time', TIME);
    this.envelope = ajv.compile(schemaIn('envelope.schema.json'));
    for (const file of readdirSync(FOLDER)) {
      const [, type = '', version = ''] = EVENT_SCHEMA.exec(file) ?? [];
      if (type !== '') this.events.set(nameOf(type, Number(version)), ajv.compile(schemaIn(file)));
    }
  }

  /** What there is a schema of: `MessageCreated 1`. */
  get names(): string[] {
    return [...this.events.keys()].sort();
  }

  /** What is wrong with an event, in ajv's words; nothing where it is as its schema and that of the envelope say. */
  faults(event: { readonly eventType: string; readonly schemaVersion: number }): string[] {
    const validate = this.events.get(nameOf(event.eventType, event.schemaVersion));
    if (validate === undefined) return ['there is no schema for it'];
    return [validate, this.envelope].flatMap((check) =>
      check(event) ? [] : (check.errors ?? []).map(inWords),
    );
  }
}

function schemaIn(file: string): object {
  return JSON.parse(readFileSync(join(FOLDER, file), 'utf8')) as object;
}

function nameOf(eventType: string, schemaVersion: number): string {
  return `${eventType} ${schemaVersion}`;
}

function inWords({ instancePath, message, params }: ErrorObject): string {
  return `${instancePath || 'the whole'} ${message} ${JSON.stringify(params)}`;
}
