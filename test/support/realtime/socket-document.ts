import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import Ajv, { type ErrorObject, type ValidateFunction } from 'ajv/dist/2020';
import addFormats from 'ajv-formats';
import { parse } from 'yaml';
import { TIME } from '../patterns';

const PATH = join(__dirname, '../../../docs/asyncapi.yaml');

export type Schema = Readonly<Record<string, unknown>>;

interface Message {
  readonly name: string;
  /** Absent: the event says nothing but its name. */
  readonly payload?: Schema;
}

interface Operation {
  readonly action: 'receive' | 'send';
  readonly messages: readonly { readonly $ref: string }[];
}

interface Document {
  readonly operations: Readonly<Record<string, Operation>>;
  readonly components: {
    readonly messages: Readonly<Record<string, Message>>;
    readonly schemas: Readonly<Record<string, Schema>>;
  };
}

/** What docs/asyncapi.yaml promises to clients. Read when it is first asked, and kept for all who ask in this process. */
export class SocketDocument {
  private static whole: SocketDocument | undefined;
  private readonly document = parse(readFileSync(PATH, 'utf8')) as Document;
  private readonly ajv = new Ajv({ allErrors: true, strict: true, allowUnionTypes: true });
  private readonly compiled = new Map<string, ValidateFunction>();

  private constructor() {
    addFormats(this.ajv);
    this.ajv.addFormat('date-time', TIME);
    this.ajv.addVocabulary(['components', 'messages', 'operations', 'asyncapi', 'info', 'channels']);
    this.ajv.addVocabulary(['defaultContentType']);
    this.ajv.addSchema(this.document, 'asyncapi');
  }

  static read(): SocketDocument {
    return (SocketDocument.whole ??= new SocketDocument());
  }

  /** What clients may send, and what the server may. */
  get clientEvents(): string[] {
    return this.namesOf('receive');
  }

  get serverEvents(): string[] {
    return this.namesOf('send');
  }

  /** The schema of what a client sends with this event, references followed. */
  bodyOf(event: string): Schema {
    const schema = this.document.components.messages[event]?.payload ?? {};
    const name = typeof schema['$ref'] === 'string' ? schema['$ref'].split('/').at(-1) : undefined;
    return name === undefined ? schema : (this.document.components.schemas[name] ?? {});
  }

  /** What is wrong with a frame of the server's, in ajv's words; nothing where it is as it should be. */
  faultsOfFrame(event: string, args: readonly unknown[]): string[] {
    const message = this.messageFrom(event);
    if (message === undefined) return ['there is no such event'];
    const hasPayload = this.hasPayload(event);
    if (args.length !== (hasPayload ? 1 : 0)) return [`it has ${args.length} arguments`];
    return hasPayload ? this.faults(message, args[0]) : [];
  }

  /** Whether an event of the server's says anything besides its name. */
  hasPayload(event: string): boolean {
    const message = this.messageFrom(event);
    return message !== undefined && this.document.components.messages[message]?.payload !== undefined;
  }

  /** What is wrong with an acknowledgement. Of an event that is none, only a refusal is right. */
  faultsOfAnswer(event: string, answer: unknown): string[] {
    const isRefusal = (answer as { ok?: unknown } | undefined)?.ok === false;
    // Any event is refused alike, those included that there are not.
    if (isRefusal) return this.faults('refresh_token.answer', answer, '/oneOf/1');
    const isKnown = this.clientEvents.includes(event);
    return isKnown ? this.faults(`${event}.answer`, answer, '/oneOf/0') : ['there is no such event'];
  }

  private faults(message: string, value: unknown, part = ''): string[] {
    const path = `${message}/payload${part}`;
    let validate = this.compiled.get(path);
    if (validate === undefined) {
      validate = this.ajv.compile({ $ref: `asyncapi#/components/messages/${path}` });
      this.compiled.set(path, validate);
    }
    return validate(value) ? [] : (validate.errors ?? []).map(inWords);
  }

  private namesOf(action: Operation['action']): string[] {
    return this.messages(action).map((key) => this.nameOf(key));
  }

  /** What an event of the server's is called in the document. */
  private messageFrom(event: string): string | undefined {
    return this.messages('send').find((key) => this.nameOf(key) === event);
  }

  /** What the messages of one direction are called in the document: one name in both directions is two messages. */
  private messages(action: Operation['action']): string[] {
    const operations = Object.entries(this.document.operations);
    return operations.filter(([, operation]) => operation.action === action).map(([key]) => key);
  }

  private nameOf(key: string): string {
    return this.document.components.messages[key]?.name ?? key;
  }
}

function inWords({ instancePath, message, params }: ErrorObject): string {
  return `${instancePath || 'the whole'} ${message} ${JSON.stringify(params)}`;
}
