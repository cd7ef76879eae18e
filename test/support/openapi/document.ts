import type { MemberAccess } from '../../../src/conversations';
import { request } from '../rest';

/** A schema of OpenAPI 3.0, references replaced by what they name. */
export interface Schema {
  readonly type?: 'string' | 'integer' | 'boolean' | 'array' | 'object';
  readonly format?: string;
  readonly nullable?: boolean;
  readonly enum?: readonly unknown[];
  readonly default?: unknown;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly minLength?: number;
  readonly maxLength?: number;
  readonly pattern?: string;
  readonly minItems?: number;
  readonly maxItems?: number;
  readonly items?: Schema;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
  readonly additionalProperties?: boolean;
  readonly allOf?: readonly Schema[];
}

export interface Parameter {
  readonly name: string;
  readonly in: 'path' | 'query' | 'header';
  readonly required: boolean;
  readonly schema: Schema;
}

export interface ResponseSpec {
  readonly description: string;
  /** undefined: the answer has no body. */
  readonly contentType: string | undefined;
  readonly schema: Schema | undefined;
}

/** Whose token an operation takes. */
export type Access = 'public' | 'user' | 'service';

export interface Operation {
  /** `POST /v1/conversations/{conversationId}/messages` */
  readonly id: string;
  readonly method: string;
  readonly path: string;
  readonly access: Access;
  readonly memberAccess: MemberAccess;
  readonly parameters: readonly Parameter[];
  /** undefined: it takes no body. */
  readonly body: Schema | undefined;
  readonly responses: ReadonlyMap<number, ResponseSpec>;
}

/** The part of the document that the service writes. */
interface RawDocument {
  readonly paths: Readonly<Record<string, Readonly<Record<string, RawOperation>>>>;
  readonly components: { readonly schemas: Readonly<Record<string, object>> };
}

interface RawOperation {
  readonly security?: readonly Readonly<Record<string, unknown>>[];
  readonly 'x-member-access'?: MemberAccess;
  readonly parameters?: readonly (Parameter & { readonly $ref?: never })[];
  readonly requestBody?: { readonly content: Readonly<Record<string, RawContent>> };
  readonly responses: Readonly<Record<string, RawResponse>>;
}

interface RawResponse {
  readonly description: string;
  readonly content?: Readonly<Record<string, RawContent>>;
}

interface RawContent {
  readonly schema: object;
}

const ACCESS_OF_SCHEME: Readonly<Record<string, Access>> = { bearer: 'user', service: 'service' };

/** What the document of a running node says, in the terms of tests that are made from it. */
export class OpenApiDocument {
  readonly operations: readonly Operation[];

  private constructor(private readonly raw: RawDocument) {
    this.operations = Object.entries(raw.paths).flatMap(([path, methods]) =>
      Object.entries(methods).map(([method, operation]) => this.operation(method, path, operation)),
    );
  }

  static async of(nodeUrl: string): Promise<OpenApiDocument> {
    const { body } = await request<RawDocument>('GET', `${nodeUrl}/docs-json`);
    return new OpenApiDocument(body);
  }

  /** @throws Error when the document has no such operation. */
  find(id: string): Operation {
    const found = this.operations.find((operation) => operation.id === id);
    if (found === undefined) throw new Error(`The OpenAPI document has no operation ${id}.`);
    return found;
  }

  /** @throws Error when the document has no such schema. */
  schema(name: string): Schema {
    return this.resolved({ $ref: `#/components/schemas/${name}` });
  }

  private operation(rawMethod: string, path: string, raw: RawOperation): Operation {
    const method = rawMethod.toUpperCase();
    const body = raw.requestBody?.content['application/json']?.schema;
    return {
      id: `${method} ${path}`,
      method,
      path,
      access: accessOf(raw),
      memberAccess: raw['x-member-access'] ?? {},
      parameters: raw.parameters ?? [],
      body: body && this.resolved(body),
      responses: new Map(
        Object.entries(raw.responses).map(([status, response]) => [Number(status), this.response(response)]),
      ),
    };
  }

  private response({ description, content = {} }: RawResponse): ResponseSpec {
    const [[contentType, spec] = []] = Object.entries(content);
    return { description, contentType, schema: spec && this.resolved(spec.schema) };
  }

  /** The schemas of this API have no cycles. */
  private resolved(part: object): Schema {
    return JSON.parse(JSON.stringify(part), (_key, value: unknown) => {
      const { $ref } = (value ?? {}) as { $ref?: string };
      if (typeof $ref !== 'string') return value;
      const named = this.raw.components.schemas[$ref.replace('#/components/schemas/', '')];
      if (named === undefined) throw new Error(`The OpenAPI document names ${$ref} and has it not.`);
      return this.resolved(named);
    }) as Schema;
  }
}

function accessOf({ security = [] }: RawOperation): Access {
  const [access = 'public', ...more] = security
    .flatMap(Object.keys)
    .map((scheme) => ACCESS_OF_SCHEME[scheme]);
  if (more.length > 0) throw new Error(`Nothing is known of two kinds of token: ${JSON.stringify(security)}`);
  return access;
}
