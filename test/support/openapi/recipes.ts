import type { Operation } from './document';
import type { Draft } from './draft';
import { sampleObject } from './sample';

/** What requests are about. */
export interface Scene {
  readonly conversationId: string;
  /** A message in it. */
  readonly messageId: string;
  /** Somebody in it; in a direct conversation the other side. */
  readonly personId: string;
  /** Somebody who is not in it, and could be. */
  readonly newcomerId: string;
}

/** What the document alone does not tell about a request that is to succeed. */
interface Recipe {
  /** Over what the body must have: these fields are taken, the others made up by the schema. */
  readonly body?: (scene: Scene) => Readonly<Record<string, unknown>>;
}

const PATH_PARAMETERS: Readonly<Record<string, (scene: Scene) => string>> = {
  conversationId: ({ conversationId }) => conversationId,
  messageId: ({ messageId }) => messageId,
  userId: ({ personId }) => personId,
};

/** A row for every operation there is: a new one is tried by nobody before it has one. */
export const RECIPES: Readonly<Record<string, Recipe>> = {
  'GET /health': {},
  'GET /health/live': {},
  'GET /health/ready': {},
  'GET /metrics': {},

  'GET /v1/users/me': {},
  'PATCH /v1/users/me/privacy': { body: () => ({ readReceipts: true }) },
  'GET /v1/users/me/blocks': {},
  'PUT /v1/users/me/blocks/{userId}': {},
  'DELETE /v1/users/me/blocks/{userId}': {},

  'POST /v1/conversations': { body: ({ personId }) => ({ type: 'direct', participantIds: [personId] }) },
  'GET /v1/conversations': {},
  'GET /v1/conversations/{conversationId}': {},
  'PATCH /v1/conversations/{conversationId}': { body: () => ({ messageTtlSeconds: 3_600 }) },
  'PATCH /v1/conversations/{conversationId}/settings': {},

  'POST /v1/conversations/{conversationId}/participants': {
    body: ({ newcomerId }) => ({ userId: newcomerId }),
  },
  'PATCH /v1/conversations/{conversationId}/participants/{userId}': {},
  'DELETE /v1/conversations/{conversationId}/participants/{userId}': {},

  'POST /v1/conversations/{conversationId}/messages': { body: () => ({ content: 'hello' }) },
  'GET /v1/conversations/{conversationId}/messages': {},
  'GET /v1/conversations/{conversationId}/messages/{messageId}': {},
  'PATCH /v1/conversations/{conversationId}/messages/{messageId}': {},
  'DELETE /v1/conversations/{conversationId}/messages/{messageId}': {},

  'POST /v1/conversations/{conversationId}/read': { body: () => ({ seq: 1 }) },
  'POST /v1/conversations/{conversationId}/delivered': {},

  'POST /v1/internal/conversations/{conversationId}/messages': {
    body: () => ({ type: 'system', content: 'Your order has shipped.' }),
  },
  'POST /v1/internal/events': {},
};

/**
 * A request that the document allows and that makes sense in the scene, without a token.
 *
 * @throws Error when the operation has no recipe, or a parameter in its path that nobody here can fill.
 */
export function draftOf(operation: Operation, scene: Scene): Draft {
  const recipe = RECIPES[operation.id];
  if (recipe === undefined) throw new Error(`${operation.id} wants a row in RECIPES.`);
  return {
    operation,
    method: operation.method,
    path: Object.fromEntries(
      operation.parameters
        .filter((parameter) => parameter.in === 'path')
        .map(({ name }) => [name, pathParameter(name, scene)]),
    ),
    query: [],
    headers: {},
    body: operation.body && { ...sampleObject(operation.body), ...recipe.body?.(scene) },
  };
}

function pathParameter(name: string, scene: Scene): string {
  const fill = PATH_PARAMETERS[name];
  if (fill === undefined) throw new Error(`Nothing is known of what to write for {${name}}.`);
  return fill(scene);
}
