import { step } from '../../scripts/run/progress.mjs';
import { deliveryTable } from '../load/delivery-table.mjs';
import { Generator } from '../load/generator.mjs';
import { measureAll } from '../load/measure-all.mjs';
import { populate } from '../load/population.mjs';
import { startRelay } from '../relay/start-relay.mjs';
import { readOptions } from '../run/options.mjs';
import { prepare } from '../run/prepare.mjs';
import { report } from '../run/report.mjs';
import { startNodes, TOLD_SETTINGS } from '../run/service.mjs';

const DEFAULTS = { rounds: 3, seconds: 3 };

/** Closed loops, and open loops at an easy rate and at half of what is aimed for. */
const IN_FLIGHT = [16, 64, 256];
const KINDS = [
  { door: 'socket', conversations: 'pairs', rates: [1_000, 5_000] },
  { door: 'rest', conversations: 'pairs', rates: [1_000, 4_000] },
  { door: 'socket', conversations: 'rooms', rates: [500, 2_500] },
  { door: 'rest', conversations: 'rooms', rates: [500, 2_500] },
];
/** How the relay is asked, whose figure is the floor at the same door and in the same conversations. */
const FLOOR = { subject: 'relay', inFlight: 64 };

/** @param {import('../../scripts/run/teardown.mjs').Teardown} teardown */
export async function benchEndToEnd(teardown) {
  const options = readOptions(DEFAULTS, { 'cpu-prof': { type: 'boolean', default: false } });
  const { surroundings, conditions } = await prepare('bench-e2e', teardown);
  const { postgres, redis, settings, inFolder } = surroundings;
  const population = await populate(settings.DATABASE_URL, settings.JWT_SECRET);
  const [node] = await step('Service', () =>
    startNodes(surroundings, 1, teardown, { cpuProf: options['cpu-prof'] }),
  );
  const relay = await step('Relay', () => startRelay(population, inFolder));
  teardown.add(relay.stop);

  const subjects = {
    service: new Generator({
      population,
      ports: [node.port],
      pids: { service: node.pid, postgres: postgres.pid, redis: redis.pid },
    }),
    relay: new Generator({ population, ports: [relay.port], pids: { service: relay.pid } }),
  };
  const measured = await measureAll({ subjects, cases: cases(), options, teardown });
  report(
    {
      name: 'e2e',
      title: 'End to end: through the built service, from door to door',
      conditions: { ...conditions, service: TOLD_SETTINGS, rounds: options.rounds, seconds: options.seconds },
      notes: NOTES,
      tables: [deliveryTable(measured)],
      figures: measured,
    },
    options.isKept,
  );
}

/** @returns {import('../load/measure-all.mjs').Case[]} */
function cases() {
  return KINDS.flatMap(({ rates, ...kind }) => {
    const floor = named({ ...kind, ...FLOOR });
    const closed = IN_FLIGHT.map((inFlight) => named({ ...kind, subject: 'service', inFlight }));
    const open = rates.map((rate) => named({ ...kind, subject: 'service', rate }));
    return [floor, ...closed.map((one) => ({ ...one, floor: floor.name })), ...open];
  });
}

function named(load) {
  const { subject, door, conversations, inFlight, rate } = load;
  const how = inFlight === undefined ? `${rate}/s due` : `${inFlight} in flight`;
  return { ...load, name: `${subject === 'relay' ? 'floor: ' : ''}${door}, ${conversations}, ${how}` };
}

const NOTES = [
  'Each figure is the median of the rounds, in which all rows were measured in turn. 1,000 people are connected, each in one conversation of two (pairs) and one room of eight (rooms); each message has 100 bytes and an idempotency key. The generator runs on the same machine and its share of it is not taken out.',
  'In flight: a message is followed by another one once it was accepted and everybody in its conversation, the sender included, has heard it. Due: messages are due by a schedule, and how long they take counts from then.',
  'ms: from sent (or due) until heard by others than the sender. µs: CPU time for each accepted message. Every message that was accepted was checked to have reached everybody in its conversation, once and in order, and nobody else. Refused: answered 503 or too late, in the whole of a measurement. Told to sync: how often somebody was told to ask what they missed, which a service does that can not keep up.',
  'Floor: a relay of 100 lines on Node’s own HTTP server, which believes everybody, stores nothing and passes messages on.',
];
