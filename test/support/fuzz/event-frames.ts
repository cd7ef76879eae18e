import { randomUUID } from 'node:crypto';
import type { Schema } from '../openapi/document';
import { jsonMutants } from '../openapi/mutations/json-values';
import { sample } from '../openapi/sample';
import type { SeededRandom } from '../openapi/seeded-random';
import type { SocketDocument } from '../realtime/socket-document';

/** What one client says to the server: `42`, the id of the acknowledgement if it wants one, and these arguments. */
export interface EventFrame {
  /** The event it is made of, for the count. */
  readonly event: string;
  /** A JSON array: the event and its arguments, as text, since no object here could be written so. */
  readonly args: string;
  readonly wantsAnswer: boolean;
  /** It is no packet of Socket.IO: its connection is closed. */
  readonly isCut: boolean;
}

/** Ids and the like that are good in their place, by the name of the field. */
export type Fields = Readonly<Record<string, unknown>>;

const POLLUTIONS = [
  '"__proto__":{"polluted":true}',
  '"constructor":{"prototype":{"polluted":true}}',
  '"hasOwnProperty":1,"toString":1,"valueOf":1',
  '"\\u005f\\u005fproto\\u005f\\u005f":null',
  '"senderId":"0199a5e0-1111-7000-8000-000000000001"',
  '"":0',
];

const WHOLE = ['null', '[]', '[[]]', '[null]', '{}', '0', '-1', '1e400', 'true', '""', '"x"', '{"toJSON":1}'];
const DEEP = [1_000, 20_000].map((levels) => `${'['.repeat(levels)}${']'.repeat(levels)}`);
const PLACEHOLDERS = ['{"_placeholder":true,"num":0}', '{"_placeholder":true,"num":-1}'];

/** Names that are in every object, or that nobody has. */
const NO_EVENTS = [
  ...['__proto__', 'constructor', 'hasOwnProperty', 'toString', 'valueOf', 'then', ''],
  ...['message', 'exception', 'error', 'connection', 'send-message', 'SEND_MESSAGE', 'send_message '],
  ...['*', '\u0000', '😀', 'x'.repeat(5_000), '0', 'null'],
];
/** Socket.IO keeps these to itself. */
const RESERVED = ['connect', 'connect_error', 'disconnect', 'disconnecting', 'newListener', 'removeListener'];
const NUMBERS = ['0', '1.5', '-1', '1e400'];
const NO_NAMES = ['null', '{}', '[]', 'true', '["send_message"]', '{"toString":"send_message"}'];

/** Every event with every field wrong in every way, each once; then several things at once, for ever. */
export class EventFrames {
  private readonly events: string[];
  private readonly oneByOne: EventFrame[];

  /**
   * @param fields good values of the one who sends; `foreign` those of somebody else, which they may not touch.
   * @param share which of so many shares of what is sent once; the others are for others to send.
   */
  constructor(
    private readonly document: SocketDocument,
    private readonly random: SeededRandom,
    private readonly fields: Fields,
    private readonly foreign: Fields,
    share: { readonly number: number; readonly of: number },
  ) {
    this.events = document.clientEvents;
    const once = [
      ...this.events.flatMap((event) => this.variantsOf(event)),
      ...[...NO_EVENTS, ...RESERVED, ...document.serverEvents].flatMap((event) => [
        frame(event, this.event(event, '{}')),
        frame(event, this.event(event, ...this.events.slice(0, 1).map((one) => this.rightBody(one)))),
      ]),
      ...NUMBERS.map((name) => frame('a number', `[${name},{}]`)),
      ...NO_NAMES.map((name) => ({ ...frame('no name', `[${name},{}]`), isCut: true })),
    ];
    this.oneByOne = shuffled(
      once.filter((_frame, index) => index % share.of === share.number),
      random,
    );
  }

  next(): EventFrame {
    return this.oneByOne.pop() ?? this.severalAtOnce();
  }

  private variantsOf(event: string): EventFrame[] {
    const right = this.rightBody(event);
    const fields = Object.entries(this.propertiesOf(event));
    const bodies = [
      ...fields.flatMap(([name, schema]) =>
        this.mutantsOf(name, schema).map((json) => this.body(event, { [name]: json })),
      ),
      ...fields.map(([name]) => this.body(event, { [name]: undefined })),
      ...POLLUTIONS.map((more) => `${right.slice(0, -1)}${right === '{}' ? '' : ','}${more}}`),
      ...WHOLE,
      ...DEEP,
      ...PLACEHOLDERS,
    ];
    return [
      frame(event, this.event(event, right)),
      ...bodies.map((body) => frame(event, this.event(event, body))),
      frame(event, this.event(event)),
      frame(event, this.event(event, right, right)),
      frame(event, this.event(event, ...Array<string>(50).fill(right))),
      // An answer is wanted by an id, not by what stands last.
      ...['"ack"', '{}', 'null', '[]'].map((ack) => ({
        ...frame(event, this.event(event, right, ack)),
        wantsAnswer: false,
      })),
    ];
  }

  private severalAtOnce(): EventFrame {
    const event = this.random.oneOf(this.events);
    const fields = Object.entries(this.propertiesOf(event));
    const wrong: Record<string, string | undefined> = {};
    for (let n = this.random.below(3); n >= 0; n--) {
      const [name, schema] = this.random.oneOf(fields);
      wrong[name] = this.random.below(8) === 0 ? undefined : this.random.oneOf(this.mutantsOf(name, schema));
    }
    const args = [
      this.body(event, wrong),
      ...(this.random.below(20) === 0 ? [this.random.oneOf(WHOLE)] : []),
    ];
    return { ...frame(event, this.event(event, ...args)), wantsAnswer: this.random.below(10) > 0 };
  }

  private mutantsOf(name: string, schema: Schema): string[] {
    const foreign = this.foreign[name];
    return [...jsonMutants(schema), ...(foreign === undefined ? [] : [JSON.stringify(foreign)])];
  }

  private event(name: string, ...args: readonly string[]): string {
    return `[${[JSON.stringify(name), ...args].join()}]`;
  }

  private rightBody(event: string): string {
    return this.body(event, {});
  }

  private body(event: string, wrong: Readonly<Record<string, string | undefined>>): string {
    const written = Object.entries(this.propertiesOf(event)).flatMap(([name, schema]) => {
      const json = name in wrong ? wrong[name] : this.rightValue(event, name, schema);
      return json === undefined ? [] : [`${JSON.stringify(name)}:${json}`];
    });
    return `{${written.join()}}`;
  }

  /** undefined: the field is left out, as it may be. */
  private rightValue(event: string, name: string, schema: Schema): string | undefined {
    const isNew = name === 'clientMessageId';
    if (isNew) return JSON.stringify(randomUUID());
    if (name in this.fields) return JSON.stringify(this.fields[name]);
    const { required = [] } = this.document.bodyOf(event) as Schema;
    return required.includes(name) ? JSON.stringify(sample(schema)) : undefined;
  }

  private propertiesOf(event: string): Readonly<Record<string, Schema>> {
    return (this.document.bodyOf(event) as Schema).properties ?? {};
  }
}

function frame(event: string, args: string): EventFrame {
  return { event: event.slice(0, 40), args, wantsAnswer: true, isCut: RESERVED.includes(event) };
}

function shuffled<T>(all: readonly T[], random: SeededRandom): T[] {
  const rest = [...all];
  const result: T[] = [];
  while (rest.length > 0) {
    const [one] = rest.splice(random.below(rest.length), 1);
    if (one !== undefined) result.push(one);
  }
  return result;
}
