import { randomUUID } from 'node:crypto';
import type { Person } from '../chat-client';
import { SERVICE_TOKEN, type World } from '../world';
import type { Operation } from './document';
import type { Draft } from './draft';
import type { Foreign } from './mutations/foreign-mutations';
import { draftsOf, type Scene } from './recipes';

/** A group, and one who may do everything in it: so that what is refused is refused for what it says. */
export interface Stage {
  readonly admin: Person;
  readonly scene: Scene;
  readonly foreign: Foreign;
}

export async function setStage(world: World): Promise<Stage> {
  const [admin, person, newcomer] = [world.person('Alice'), world.person('Bob'), world.person('Carol')];
  const [group, other] = await Promise.all([admin.groupWith(person), admin.groupWith(person)]);
  const [hello, elsewhere, conversationId, cursor] = await Promise.all([
    admin.says(group, 'hello'),
    admin.says(other, 'elsewhere'),
    conversationElsewhere(world),
    cursorOf(person, world),
  ]);
  return {
    admin,
    scene: {
      conversationId: group.id,
      messageId: hello.body.id,
      personId: person.id,
      newcomerId: newcomer.id,
    },
    foreign: { conversationId, messageId: elsewhere.body.id, cursor },
  };
}

/** Requests for the operation that are to succeed, with the token that it takes. */
export function validDrafts(operation: Operation, { admin, scene }: Stage): [Draft, ...Draft[]] {
  const token = { public: undefined, user: admin.token, service: SERVICE_TOKEN }[operation.access];
  const withToken = (draft: Draft): Draft =>
    token === undefined ? draft : { ...draft, headers: { authorization: `Bearer ${token}` } };
  const [first, ...more] = draftsOf(operation, scene);
  return [withToken(first), ...more.map(withToken)];
}

async function conversationElsewhere(world: World): Promise<string> {
  const tenantId = randomUUID();
  const stranger = world.person('Mallory', { tenantId });
  return (await stranger.groupWith(world.person('Trudy', { tenantId }))).id;
}

async function cursorOf(person: Person, world: World): Promise<string> {
  await person.chatWith(world.person('Dave'));
  const { nextCursor } = (await person.inbox({ limit: 1 })).body;
  if (nextCursor === null) throw new Error('There is no second page to have a cursor for.');
  return nextCursor;
}
