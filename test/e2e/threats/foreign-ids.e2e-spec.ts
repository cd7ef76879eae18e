import { randomUUID } from 'node:crypto';
import type { ConversationDto } from '../../../src/conversations/dto/conversation.dto';
import type { MessageDto } from '../../../src/message-view';
import type { Ack } from '../../../src/realtime/socket-contract';
import type { Person } from '../../support/chat-client';
import type { Device } from '../../support/device';
import type { Answer } from '../../support/rest';
import { World } from '../../support/world';

type Chat = Pick<ConversationDto, 'id'>;

/** The code of a refusal, or that there was none. */
const codeOf = ({ status, body }: Answer<unknown>): string =>
  status < 300 ? 'done' : (body as { code: string }).code;
const codeIn = (ack: Ack<unknown>): string => (ack.ok ? 'done' : ack.error.code);

/** All that names a message of a conversation. */
const BY_REST: [string, (who: Person, chat: Chat, id: string) => Promise<Answer<unknown>>][] = [
  ['found', (who, chat, id) => who.finds(chat, id)],
  ['replied to', (who, chat, replyToId) => who.says(chat, 'look', { replyToId })],
  ['edited', (who, { id: chat }, id) => who.asks('PATCH', path(chat, id), { body: { content: 'changed' } })],
  ['deleted', (who, { id: chat }, id) => who.asks('DELETE', path(chat, id))],
  ['read up to', (who, chat, messageId) => who.marksRead(chat, { messageId })],
];

const BY_SOCKET: [string, (device: Device, chat: Chat, id: string) => Promise<Ack<unknown>>][] = [
  ['replied to', (device, chat, replyToId) => device.says(chat, 'look', { replyToId })],
  [
    'edited',
    (device, { id: conversationId }, messageId) =>
      device.asks('edit_message', { conversationId, messageId, content: 'changed' }),
  ],
  [
    'deleted',
    (device, { id: conversationId }, messageId) =>
      device.asks('delete_message', { conversationId, messageId }),
  ],
];

describe('T02 a message of another conversation', () => {
  let world: World;
  let alice: Person;
  let device: Device;
  let here: ConversationDto;
  /** Messages that are none of this conversation, and whose they are. */
  let foreign: [string, MessageDto][];
  beforeAll(async () => {
    world = await World.start({ nodes: 2 });
    const [bob, carol, dora] = [world.person('Bob'), world.person('Carol'), world.person('Dora')];
    alice = world.person('Alice');
    device = await alice.at(1).connects();
    here = await alice.chatWith(bob);
    const left = await alice.groupWith(bob);
    const lefts = (await alice.says(left, 'before I left')).body;
    await alice.removes(left, alice);
    const tenantId = randomUUID();
    const namesake = world.person('Alice', { id: alice.id, tenantId });
    const abroad = await namesake.chatWith(world.person('Bob', { id: bob.id, tenantId }));
    foreign = [
      ['one’s own, of a conversation one is in', (await alice.says(await alice.groupWith(bob), 'mine')).body],
      [
        'another’s, of a conversation one is in',
        (await carol.says(await carol.chatWith(alice), 'hers')).body,
      ],
      ['of a conversation one is not in', (await carol.says(await carol.chatWith(dora), 'not for me')).body],
      ['one’s own, of a conversation one has left', lefts],
      ['one’s own UUID’s, of another tenant', (await namesake.says(abroad, 'abroad')).body],
    ];
  });
  afterAll(() => world.stop());

  it.each(BY_REST)(
    'can not be %s from this one, and is no other than none at all',
    async (_what, attempt) => {
      const nothing = codeOf(await attempt(alice, here, randomUUID()));
      expect(nothing).toBe('message_not_found');
      for (const [whose, { id }] of foreign)
        expect([whose, codeOf(await attempt(alice, here, id))]).toEqual([whose, nothing]);
    },
  );

  it.each(BY_SOCKET)('can not be %s by socket either', async (_what, attempt) => {
    for (const id of [randomUUID(), ...foreign.map(([, message]) => message.id)])
      expect(codeIn(await attempt(device, here, id))).toBe('message_not_found');
  });

  it('can not be had by naming its own conversation, where one is not in that', async () => {
    for (const [whose, { id, conversationId }] of foreign.slice(2))
      for (const [, attempt] of BY_REST)
        expect([whose, codeOf(await attempt(alice, { id: conversationId }, id))]).toEqual([
          whose,
          'conversation_not_found',
        ]);
  });

  it('is as it was after all that', async () => {
    const rows = await world.database.query<{ content: string }>(
      'SELECT content, deleted_at FROM messages WHERE message_uuid = ANY ($1) ORDER BY sent_at',
      [foreign.map(([, { id }]) => id)],
    );
    expect(new Set(rows.map(({ content }) => content))).toEqual(
      new Set(['mine', 'hers', 'not for me', 'before I left', 'abroad']),
    );
    expect((await alice.reads(here)).body.items).toEqual([]);
  });
});

function path(chat: string, message: string): string {
  return `/v1/conversations/${chat}/messages/${message}`;
}
