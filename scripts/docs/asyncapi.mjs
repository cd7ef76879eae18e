import { createRequire } from 'node:module';
import { built } from './built.mjs';
import { closed, forNobody } from './event-schemas.mjs';
import { describe, publicObjects } from './public-objects.mjs';
import { CLIENT_EVENTS, SERVER_EVENTS } from './socket-events.mjs';

const { stringify } = createRequire(import.meta.url)('yaml');

const CHANNEL = { $ref: '#/channels/socket' };

/**
 * docs/asyncapi.yaml: every event of the socket in both directions. Bodies and objects are made of the classes that
 * the code checks and makes them with; the names are compared with the types of src/realtime/socket-contract.ts by
 * a test, and every frame that a test hears with the schemas.
 */
export async function asyncApi() {
  const objects = await schemas();
  return stringify(inPlace(document(objects)), { lineWidth: 0, aliasDuplicateObjects: false });
}

function document(objects) {
  const { VERSION } = built('src/common/version');
  const asked = Object.entries(CLIENT_EVENTS);
  const told = Object.entries(SERVER_EVENTS);
  const messages = Object.fromEntries([
    ...asked.flatMap(([name, [summary, body, data]]) => [
      [name, { name, summary, payload: body(objects) }],
      [
        answerOf(name),
        { name, summary: `The acknowledgement of \`${name}\`.`, payload: answer(data(objects)) },
      ],
    ]),
    ...told.map(([name, [summary, payload]]) => [
      toldAs(name),
      { name, summary, ...(payload(objects) && { payload: payload(objects) }) },
    ]),
  ]);
  return {
    asyncapi: '3.0.0',
    info: { title: 'chat-backend: the socket', version: VERSION, description: DESCRIPTION },
    defaultContentType: 'application/json',
    channels: {
      socket: {
        address: '/socket.io/',
        title: 'Socket.IO 4, default namespace',
        messages: Object.fromEntries(Object.keys(messages).map((name) => [name, component(name)])),
      },
    },
    operations: {
      ...Object.fromEntries(
        asked.map(([name]) => [
          name,
          {
            action: 'receive',
            channel: CHANNEL,
            messages: [inChannel(name)],
            reply: { channel: CHANNEL, messages: [inChannel(answerOf(name))] },
          },
        ]),
      ),
      ...Object.fromEntries(
        told.map(([name]) => [
          toldAs(name),
          { action: 'send', channel: CHANNEL, messages: [inChannel(toldAs(name))] },
        ]),
      ),
    },
    components: { messages, schemas: objects },
  };
}

/** Objects in frames have no viewer; that of an acknowledgement is who asked. */
async function schemas() {
  const shown = await publicObjects();
  const { SendMessageEventDto } = built('src/realtime/send-message-event.dto');
  const { EditMessageEventDto } = built('src/realtime/edit-message-event.dto');
  const { RefreshTokenEventDto } = built('src/realtime/door/refresh-token-event.dto');
  const { MarkEventDto } = built('src/realtime/mark-event.dto');
  const { PresenceEventDto } = built('src/realtime/presence/presence-event.dto');
  const { ConversationParams, DeliveredProgressDto, ReadProgressDto } = built('src/conversations/index');
  const { MessageParams } = built('src/messages/index');
  const { SyncEventDto } = built('src/realtime/sync-event.dto');
  const { PresenceDto } = built('src/presence/index');
  const { SyncPageDto } = built('src/sync/index');
  const { ProblemDto } = built('src/common/problem/api-problems');
  const others = await describe([
    SendMessageEventDto,
    EditMessageEventDto,
    MessageParams,
    RefreshTokenEventDto,
    ConversationParams,
    MarkEventDto,
    ReadProgressDto,
    DeliveredProgressDto,
    PresenceEventDto,
    PresenceDto,
    SyncEventDto,
    ProblemDto,
  ]);
  return { ...others, ...forTheViewer(await describe([SyncPageDto])), ...forNobody(shown) };
}

/** Objects that somebody asked for have names of their own beside those of frames. */
function forTheViewer({ SyncPage, Receipt, Conversation, Message }) {
  const own = { SyncPage, Receipt, OwnConversation: Conversation, OwnMessage: Message };
  return JSON.parse(JSON.stringify(own).replaceAll(/#\/\$defs\/(Conversation|Message)"/g, '#/$defs/Own$1"'));
}

function answer(data) {
  const ok = closed({ ok: { const: true }, data: data ?? { type: 'null' } });
  return { oneOf: [ok, closed({ ok: { const: false }, error: { $ref: '#/$defs/Problem' } })] };
}

const answerOf = (name) => `${name}.answer`;
/** One name in both directions is two messages. */
const toldAs = (name) => (name in CLIENT_EVENTS ? `${name}.told` : name);
const component = (name) => ({ $ref: `#/components/messages/${name}` });
const inChannel = (name) => ({ $ref: `#/channels/socket/messages/${name}` });

/** Where the schemas of others are is where a document of AsyncAPI has its own. */
function inPlace(whole) {
  return JSON.parse(JSON.stringify(whole).replaceAll('"#/$defs/', '"#/components/schemas/'));
}

const DESCRIPTION = `What clients and the service say to each other by Socket.IO, at the default path and namespace.

A client shows its token in the handshake, as \`auth: {token}\` or as a Bearer header, never in the address. Who is refused hears a \`connect_error\` whose \`data\` is a Problem. What the user missed comes first: messages after their delivered mark, as \`new_message\` with \`replayed\`, or, where the handshake has \`auth: {token, since}\`, what changed since that token, as \`sync\`. Then comes \`ready\`, with a token for the next time, and from there on what happens.

Every event of a client has one argument, a JSON object, and takes an acknowledgement: \`{ok: true, data}\`, or \`{ok: false, error}\` with a Problem. An event that is not in this document, or not of its shape, is refused so, too. A packet has at most 64 KiB, and no binary.

Objects have the fields that are named here and no others. Those in frames are nobody's in particular: \`status\` is \`sent\`, and there is no \`unreadCount\`. A conversation's events carry its \`rev\`; the higher one is the newer state.

Whoever can not have a socket hears the same frames as server-sent events, by \`GET /v1/stream\`: the name is its \`event\`, the payload its \`data\` (\`{}\` where there is none here). What a client has to say, it says by REST.`;
