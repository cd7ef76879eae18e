import { createRequire } from 'node:module';
import { built } from './built.mjs';

const require = createRequire(import.meta.url);
const REFERENCE = '#/components/schemas/';

let described;

/**
 * The public objects that REST, frames and events share, by name, as JSON Schema 2020-12: made of what the
 * documentation of REST is made of, so that they can not say different things. Objects are closed to fields that they
 * do not name.
 *
 * @returns {Promise<Record<string, object>>}
 */
export function publicObjects() {
  const { MessageDto } = built('src/message-view/index');
  const { PublicConversationDto } = built('src/conversations/index');
  return (described ??= describe([MessageDto, PublicConversationDto]));
}

/**
 * What the documentation of REST would say of these classes, and of all that they name: by name, as JSON Schema 2020-12,
 * closed to fields that they do not name.
 *
 * @param {Function[]} models
 * @returns {Promise<Record<string, object>>}
 */
export async function describe(models) {
  const { components } = await openApiOf(models);
  return Object.fromEntries(
    Object.entries(components.schemas).map(([name, schema]) => [publicName(name), toJsonSchema(schema)]),
  );
}

async function openApiOf(extraModels) {
  const { Module } = require('@nestjs/common');
  const { NestFactory } = require('@nestjs/core');
  const { FastifyAdapter } = require('@nestjs/platform-fastify');
  const { DocumentBuilder, SwaggerModule } = require('@nestjs/swagger');
  class NoModule {}
  Module({})(NoModule);
  const app = await NestFactory.create(NoModule, new FastifyAdapter(), { logger: false });
  try {
    return SwaggerModule.createDocument(app, new DocumentBuilder().build(), { extraModels });
  } finally {
    await app.close();
  }
}

/** OpenAPI 3.0, of which this is what our objects use, in the words of JSON Schema. */
function toJsonSchema({
  nullable = false,
  example,
  allOf,
  $ref,
  properties,
  additionalProperties,
  items,
  ...rest
}) {
  const reference = $ref ?? allOf?.[0].$ref;
  if (reference !== undefined) {
    const named = { $ref: `#/$defs/${publicName(reference.replace(REFERENCE, ''))}` };
    const annotations = rest.description === undefined ? {} : { description: rest.description };
    return nullable ? { anyOf: [named, { type: 'null' }], ...annotations } : { ...named, ...annotations };
  }
  return {
    ...rest,
    ...(nullable && { type: [rest.type, 'null'] }),
    ...(example !== undefined && { examples: [example] }),
    ...(items && { items: toJsonSchema(items) }),
    ...(additionalProperties !== undefined && {
      additionalProperties: additionalProperties === true ? true : toJsonSchema(additionalProperties),
    }),
    ...(properties && {
      properties: Object.fromEntries(
        Object.entries(properties).map(([name, schema]) => [name, toJsonSchema(schema)]),
      ),
      additionalProperties: false,
    }),
  };
}

/** `PublicConversationDto` is how the code tells it from what one viewer sees. */
function publicName(name) {
  return name.replace(/^Public|Dto$/g, '');
}
