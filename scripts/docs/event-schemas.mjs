import { publicObjects } from './public-objects.mjs';

const DIALECT = 'https://json-schema.org/draft/2020-12/schema';

/** Of the shapes that events have now. Whoever changes one, if only by a field, raises it and keeps the old schema. */
const VERSION = 1;

const UUID = { type: 'string', format: 'uuid' };
const TIME = { type: 'string', format: 'date-time' };

const message = () => ({ message: { $ref: '#/$defs/Message' } });
const conversation = () => ({ conversation: { $ref: '#/$defs/Conversation' } });
const conversationId = { ...UUID, description: 'The same as `key`.' };

const participant =
  (who, role) =>
  ({ Participant }) => ({
    conversationId,
    userId: { ...UUID, description: who },
    role: { ...Participant.properties.role, description: role },
  });

const receipt = (done) => () => ({
  conversationId,
  userId: { ...UUID, description: 'Whose mark it is.' },
  seq: { type: 'integer', minimum: 1, description: `Every message up to this one has ${done}.` },
  at: { ...TIME, description: 'When the mark was moved.' },
});

/** Of each event what it says, and the fields of its payload. */
const EVENTS = {
  ConversationCreated: ['There is a new conversation.', conversation],
  ConversationUpdated: [
    'Its name, picture or timer, or the role of a participant was changed. The conversation as it is afterwards.',
    conversation,
  ],
  ParticipantAdded: ['Somebody has joined.', participant('Who has joined.', 'What they are in it.')],
  ParticipantRemoved: [
    'Somebody has left, or was removed.',
    participant('Who is gone.', 'What they were in it.'),
  ],
  MessageCreated: ['A message was sent.', message],
  MessageUpdated: ['Its sender has changed what a message says.', message],
  MessageDeleted: ['A message was deleted; a tombstone is left.', message],
  MessageExpired: ['The time of a message was over; a tombstone is left.', message],
  MessageDelivered: ['Messages have reached somebody they are for.', receipt('reached them')],
  MessageRead: ['Somebody has read messages.', receipt('been read by them')],
};

/** The schemas under docs/events: of the envelope alone, and of each event with all that belongs to it. */
export const eventSchemas = [
  { path: 'docs/events/envelope.schema.json', produce: () => JSON.stringify(envelopeSchema()) },
  ...Object.keys(EVENTS).map((eventType) => ({
    path: `docs/events/${eventType}.v${VERSION}.schema.json`,
    produce: async () => JSON.stringify(eventSchema(eventType, forNobody(await publicObjects()))),
  })),
];

function envelopeSchema() {
  return {
    $schema: DIALECT,
    $id: 'urn:chat-backend:events:envelope',
    title: 'Envelope',
    description: 'What all events have in common, those included that are still to come.',
    ...envelope({
      eventType: { type: 'string', description: 'What happened.', examples: Object.keys(EVENTS) },
      schemaVersion: { type: 'integer', minimum: 1, description: 'Of the shape of this event.' },
      payload: { type: 'object', description: 'What there is to say of it.' },
    }),
  };
}

function eventSchema(eventType, objects) {
  const [description, fields] = EVENTS[eventType];
  const schema = envelope({
    eventType: { const: eventType },
    schemaVersion: { const: VERSION },
    payload: closed(fields(objects)),
  });
  const reached = namesReachedFrom(schema, objects);
  const named = Object.entries(objects).filter(([name]) => reached.has(name));
  return {
    $schema: DIALECT,
    $id: `urn:chat-backend:events:${eventType}:${VERSION}`,
    title: eventType,
    description,
    ...schema,
    ...(named.length > 0 && { $defs: Object.fromEntries(named) }),
  };
}

function envelope({ eventType, schemaVersion, payload }) {
  return closed({
    eventId: {
      ...UUID,
      description: 'UUIDv7. An event may come again: it is the same one if it has the same id.',
    },
    eventType,
    schemaVersion,
    occurredAt: { ...TIME, description: 'By the clock of the database.' },
    traceId: {
      type: 'string',
      pattern: '^[0-9a-f]{32}$',
      description: 'W3C trace id of the request that caused it.',
    },
    tenantId: { ...UUID, description: 'The nil UUID unless a token named another.' },
    key: { ...UUID, description: 'The conversation. Events of one key come in order.' },
    rev: {
      type: 'integer',
      minimum: 1,
      description:
        'The revision of the conversation that this change made. Receipts make none, and carry the latest.',
    },
    payload,
  });
}

export function closed(properties) {
  return { type: 'object', properties, required: Object.keys(properties), additionalProperties: false };
}

/** What the public objects say to their viewer is nothing to somebody who is none. */
export function forNobody({ Message, Reply, ...others }) {
  return {
    Message: withProperties(Message, {
      status: {
        const: 'sent',
        description: 'How far it has got is told by receipts.',
      },
    }),
    Reply: withProperties(Reply, {
      excerpt: {
        ...Reply.properties.excerpt,
        description:
          'The beginning of the original; null where it was deleted, or where not everybody who can read the reply can read it.',
      },
    }),
    ...others,
  };
}

function withProperties(object, properties) {
  return { ...object, properties: { ...object.properties, ...properties } };
}

function namesReachedFrom(schema, objects, found = new Set()) {
  for (const [, name] of JSON.stringify(schema).matchAll(/"#\/\$defs\/(\w+)"/g)) {
    if (found.has(name)) continue;
    found.add(name);
    namesReachedFrom(objects[name], objects, found);
  }
  return found;
}
