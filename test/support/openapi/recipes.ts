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

/** Fields of a body: what it must have besides is made up by its schema. */
type Fields = (scene: Scene) => Readonly<Record<string, unknown>>;

/**
 * What the document alone does not tell about a request that is to succeed: a body, or several where the operation
 * means different things by them. The first is right in a direct conversation, too, if the operation is.
 */
type Recipe = readonly Fields[];

const AVATAR = 'https://cdn.kaha.test/team.png';

const AS_DESCRIBED: Recipe = [() => ({})];

const PATH_PARAMETERS: Readonly<Record<string, (scene: Scene) => string>> = {
  conversationId: ({ conversationId }) => conversationId,
  messageId: ({ messageId }) => messageId,
  userId: ({ personId }) => personId,
};

/** A row for every operation there is: a new one is tried by nobody before it has one. */
export const RECIPES: Readonly<Record<string, Recipe>> = {
  'GET /health': AS_DESCRIBED,
  'GET /health/live': AS_DESCRIBED,
  'GET /health/ready': AS_DESCRIBED,
  'GET /metrics': AS_DESCRIBED,

  'GET /v1/users/me': AS_DESCRIBED,
  'PATCH /v1/users/me/privacy': [() => ({ readReceipts: true }), () => ({ lastSeen: 'nobody' })],
  'GET /v1/users/me/blocks': AS_DESCRIBED,
  'PUT /v1/users/me/blocks/{userId}': AS_DESCRIBED,
  'DELETE /v1/users/me/blocks/{userId}': AS_DESCRIBED,

  'GET /v1/presence': AS_DESCRIBED,

  'GET /v1/stream': AS_DESCRIBED,
  'GET /v1/sync': AS_DESCRIBED,

  'POST /v1/conversations': [
    ({ personId }) => ({ type: 'direct', participantIds: [personId] }),
    ({ personId }) => ({ type: 'group', participantIds: [personId], name: 'Team', avatarUrl: AVATAR }),
  ],
  'GET /v1/conversations': AS_DESCRIBED,
  'GET /v1/conversations/{conversationId}': AS_DESCRIBED,
  'PATCH /v1/conversations/{conversationId}': [
    () => ({ messageTtlSeconds: 3_600 }),
    () => ({ name: 'Team', avatarUrl: AVATAR }),
  ],
  'PATCH /v1/conversations/{conversationId}/settings': AS_DESCRIBED,

  'POST /v1/conversations/{conversationId}/participants': [({ newcomerId }) => ({ userId: newcomerId })],
  'PATCH /v1/conversations/{conversationId}/participants/{userId}': AS_DESCRIBED,
  'DELETE /v1/conversations/{conversationId}/participants/{userId}': AS_DESCRIBED,

  'POST /v1/conversations/{conversationId}/messages': [
    () => ({ content: 'hello' }),
    ({ messageId }) => ({
      content: 'yes',
      replyToId: messageId,
      metadata: { a: 1 },
      expiresInSeconds: 3_600,
    }),
  ],
  'GET /v1/conversations/{conversationId}/messages': AS_DESCRIBED,
  'GET /v1/conversations/{conversationId}/messages/{messageId}': AS_DESCRIBED,
  'PATCH /v1/conversations/{conversationId}/messages/{messageId}': AS_DESCRIBED,
  'DELETE /v1/conversations/{conversationId}/messages/{messageId}': AS_DESCRIBED,

  'POST /v1/conversations/{conversationId}/read': [() => ({ seq: 1 }), ({ messageId }) => ({ messageId })],
  'POST /v1/conversations/{conversationId}/delivered': AS_DESCRIBED,

  'POST /v1/internal/conversations/{conversationId}/messages': [
    () => ({ type: 'system', content: 'Your order has shipped.' }),
  ],
  'POST /v1/internal/events': [() => ({}), () => ({ before: new Date(0).toISOString() })],
};

/**
 * Requests that the document allows and that make sense in the scene, without a token.
 *
 * @throws Error when the operation has no recipe, or a parameter in its path that nobody here can fill.
 */
export function draftsOf(operation: Operation, scene: Scene): [Draft, ...Draft[]] {
  const [first, ...more] = RECIPES[operation.id] ?? [];
  if (first === undefined) throw new Error(`${operation.id} wants a row in RECIPES.`);
  return [draftOf(operation, scene, first), ...more.map((fields) => draftOf(operation, scene, fields))];
}

function draftOf(operation: Operation, scene: Scene, fields: Fields): Draft {
  const inPath = operation.parameters.filter((parameter) => parameter.in === 'path');
  return {
    operation,
    method: operation.method,
    path: Object.fromEntries(inPath.map(({ name }) => [name, pathParameter(name, scene)])),
    query: [],
    headers: {},
    body: operation.body && { ...sampleObject(operation.body), ...fields(scene) },
  };
}

function pathParameter(name: string, scene: Scene): string {
  const fill = PATH_PARAMETERS[name];
  if (fill === undefined) throw new Error(`Nothing is known of what to write for {${name}}.`);
  return fill(scene);
}
