import { PROBLEMS } from '../../../src/common/problem';
import type { OpenApiDocument, Operation, Schema } from './document';
import type { Draft } from './draft';
import { StrictValidator } from './strict-validator';
import type { WireAnswer } from './wire';

const LONGEST_MS = 5_000;

const ON_EVERY_ANSWER: Readonly<Record<string, RegExp>> = {
  'x-request-id': /^[A-Za-z0-9._:=/+-]{1,128}$/,
  'content-security-policy': /default-src 'none'/,
  'referrer-policy': /^no-referrer$/,
  'strict-transport-security': /^max-age=\d{8}/,
  'x-content-type-options': /^nosniff$/,
  'x-frame-options': /^DENY$/,
};
const ON_SOME_PROBLEMS: Readonly<Record<number, [header: string, value: RegExp]>> = {
  401: ['www-authenticate', /^Bearer/],
  429: ['retry-after', /^[1-9]\d*$/],
  503: ['retry-after', /^[1-9]\d*$/],
};

/** What no client is to read: stacks, SQL, words of drivers. */
const INTERNALS =
  /\n\s+at |node_modules|\.[jt]s:\d|syntax error|violates|relation "|invalid input|\bSELECT\b|\bINSERT\b/;

/** What holds for every answer, whatever was asked. */
export class Contract {
  private readonly validator = new StrictValidator('ours');
  private readonly problem: Schema;

  constructor(document: OpenApiDocument) {
    this.problem = document.schema('ProblemDto');
  }

  /** Where the answer is not as the operation promises; nothing where it is. */
  breaches({ operation, isAstray }: Draft, answer: WireAnswer): string[] {
    const isSuccess = answer.status >= 200 && answer.status < 300;
    return [
      ...(answer.ms > LONGEST_MS ? [`took ${Math.round(answer.ms)} ms`] : []),
      ...missingHeaders(ON_EVERY_ANSWER, answer),
      ...(operation.access === 'public' ? [] : missingHeaders({ 'cache-control': /^no-store$/ }, answer)),
      ...(isSuccess ? this.inSuccess(operation, answer) : this.inProblem(operation, answer, isAstray)),
    ];
  }

  private inSuccess({ responses }: Operation, { status, headers, text }: WireAnswer): string[] {
    const spec = responses.get(status);
    if (spec === undefined) return [`${status} is not declared`];
    if (spec.schema === undefined) return text === '' ? [] : ['has a body, and none is declared'];
    const type = String(headers['content-type']);
    if (spec.contentType === undefined || !type.startsWith(spec.contentType))
      return [`is ${type}, declared is ${spec.contentType}`];
    return spec.contentType === 'application/json' ? this.faults(spec.schema, text) : [];
  }

  private inProblem(
    { responses }: Operation,
    answer: WireAnswer,
    mayBeNoEndpoint: boolean | undefined,
  ): string[] {
    const { status, headers, text } = answer;
    if (status >= 500) return [`is a ${status}`];
    const type = String(headers['content-type']);
    if (!/^application\/problem\+json\b/.test(type)) return [`is a ${status} of type ${type}`];
    const faults = this.faults(this.problem, text);
    if (faults.length > 0) return faults;

    const problem = JSON.parse(text) as { code: keyof typeof PROBLEMS; status: number };
    const { code } = problem;
    const isNoEndpoint = code === 'not_found';
    const declared = responses.get(status);
    const [header, value] = ON_SOME_PROBLEMS[status] ?? [];
    return [
      ...(problem.status === status && PROBLEMS[code].status === status ? [] : [`${code} as a ${status}`]),
      ...(isNoEndpoint && !mayBeNoEndpoint ? ['says that there is no such endpoint'] : []),
      ...(isNoEndpoint || declared?.description.split(', ').includes(code)
        ? []
        : [`${status} ${code} is not declared`]),
      ...(header === undefined || value === undefined ? [] : missingHeaders({ [header]: value }, answer)),
      ...(INTERNALS.test(text) ? [`tells of internals: ${text}`] : []),
    ];
  }

  private faults(schema: Schema, text: string): string[] {
    let value: unknown;
    try {
      value = JSON.parse(text);
    } catch {
      return [`is no JSON: ${text.slice(0, 100)}`];
    }
    return this.validator.faults(schema, value);
  }
}

function missingHeaders(wanted: Readonly<Record<string, RegExp>>, { headers }: WireAnswer): string[] {
  return Object.entries(wanted)
    .filter(([name, value]) => !value.test(String(headers[name] ?? '')))
    .map(([name]) => `${name}: ${String(headers[name])}`);
}
