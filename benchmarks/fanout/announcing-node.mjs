/**
 * A node of the built service that announces messages on command, as its write path does with what it has committed.
 * As the service itself it is told by its environment what to do; besides, COMMAND_PORT and POPULATION.
 */
import 'reflect-metadata';
import { built } from '../../scripts/docs/built.mjs';
import { NIL_TENANT } from '../load/population.mjs';
import { takeCommands } from './commands.mjs';
import { Messages } from './messages.mjs';

const { COMMAND_PORT, POPULATION } = process.env;
delete process.env.COMMAND_PORT;
delete process.env.POPULATION;

const { createApp } = built('src/app');
const { loadConfigFromEnvironment } = built('src/config/index');
const { EventAnnouncer } = built('src/outbox/index');

/** A conversation where something happened a moment ago. */
const SINCE_PREVIOUS_MS = 5;
const TRACE_ID = '0'.repeat(32);

const config = loadConfigFromEnvironment();
const app = await createApp(config);
process.once('SIGTERM', () => void app.close().then(() => process.exit(0)));
await app.listen(config.http.port, config.http.host);

const announcer = app.get(EventAnnouncer, { strict: false });
const messages = new Messages(POPULATION);
takeCommands(Number(COMMAND_PORT), (commands) => announcer.announce(commands.map(announcementOf)));

function announcementOf(command) {
  const { message, members } = messages.make(command);
  const event = {
    eventId: message.id,
    eventType: 'MessageCreated',
    schemaVersion: 1,
    occurredAt: new Date(message.sentAt),
    traceId: TRACE_ID,
    tenantId: NIL_TENANT,
    key: message.conversationId,
    rev: message.rev,
    payload: { message },
  };
  return { event, audience: members, sincePreviousMs: SINCE_PREVIOUS_MS };
}
