import { randomUUID } from 'node:crypto';
import type { Person } from '../../chat-client';
import { secondsFromNow, signedToken } from '../../tokens';
import { SERVICE_TOKEN, type World } from '../../world';
import type { Operation } from '../document';
import type { Draft } from '../draft';
import { draftsOf, type Scene } from '../recipes';
import { isAboutConversation } from './access-rules';
import { type CallerName, CALLERS } from './callers';

/** People of one conversation, and its message. */
interface Cast {
  readonly callers: Readonly<Partial<Record<CallerName, Person>>>;
  readonly conversationId: string;
  readonly messageId: string;
  /** Whom operations on members are about. */
  readonly concernedId: string;
}

/** Somebody of this kind asks for the operation, in a conversation made for this one request. */
export async function requestOf(caller: CallerName, operation: Operation, world: World): Promise<Draft> {
  const cast =
    CALLERS[caller].memberOf === 'direct' ? await castPair(caller, world) : await castGroup(caller, world);
  const asking = cast.callers[caller];
  const scene: Scene = {
    conversationId: cast.conversationId,
    messageId: cast.messageId,
    personId: isAboutConversation(operation) ? cast.concernedId : anotherThan(asking, cast),
    newcomerId: world.person('Newcomer').id,
  };
  const [draft] = draftsOf(operation, scene);
  return { ...draft, headers: credentials(caller, asking) };
}

async function castGroup(caller: CallerName, world: World): Promise<Cast> {
  const [admin, concerned, member, former] = ['Alice', 'Bob', 'Carol', 'Dave'].map((name) =>
    world.person(name),
  ) as [Person, Person, Person, Person];
  const group = await admin.groupWith(concerned, member, former);
  const { id: messageId } = (await concerned.says(group, 'hello')).body;
  if (caller === 'former') await admin.removes(group, former);
  const namesake = world.person('Alice', { id: admin.id, tenantId: randomUUID() });
  return {
    callers: { admin, concerned, member, former, namesake, stranger: world.person('Eve') },
    conversationId: group.id,
    messageId,
    concernedId: concerned.id,
  };
}

/** The message is the other's; where one has blocked the other, it is the caller's from before that. */
async function castPair(caller: CallerName, world: World): Promise<Cast> {
  const [one, asking] = [world.person('Alice'), world.person('Bob')];
  const chat = await one.chatWith(asking);
  const { blockedBy } = CALLERS[caller];
  const { id: messageId } = (await (blockedBy === undefined ? one : asking).says(chat, 'hello')).body;
  if (blockedBy === 'the other') await block(one, asking);
  if (blockedBy === 'them') await block(asking, one);
  return {
    callers: { [caller]: asking },
    conversationId: chat.id,
    messageId,
    concernedId: one.id,
  };
}

async function block(one: Person, other: Person): Promise<void> {
  await one.asks('PUT', `/v1/users/me/blocks/${other.id}`);
}

/** Operations on people as such are about somebody else, on either side of a block the one on the other. */
function anotherThan(
  asking: Person | undefined,
  { callers: { admin, concerned }, concernedId }: Cast,
): string {
  return asking?.id === concerned?.id ? (admin?.id ?? concernedId) : concernedId;
}

function credentials(caller: CallerName, asking: Person | undefined): Draft['headers'] {
  const { token, tenant } = CALLERS[caller];
  const bearer = (value: string) => ({ authorization: `Bearer ${value}` });
  switch (token) {
    case 'none':
      return {};
    case 'made up':
      return bearer('made.up.token');
    case 'expired':
      return bearer(signedToken({ sub: randomUUID(), exp: secondsFromNow(-60) }));
    case 'service':
      return { ...bearer(SERVICE_TOKEN), ...(tenant === 'other' && { 'x-tenant-id': randomUUID() }) };
    case 'user':
      if (asking === undefined) throw new Error(`Nobody plays ${caller}.`);
      return bearer(asking.token);
  }
}
