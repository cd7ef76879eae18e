import { ensureDatabase } from '../../scripts/infra/databases.mjs';
import { step } from '../../scripts/run/progress.mjs';
import { migrate } from '../../scripts/service/schema.mjs';
import { deliveryTable } from '../load/delivery-table.mjs';
import { Generator } from '../load/generator.mjs';
import { measureAll } from '../load/measure-all.mjs';
import { populate } from '../load/population.mjs';
import { readOptions } from '../run/options.mjs';
import { prepare } from '../run/prepare.mjs';
import { report } from '../run/report.mjs';
import { startNodes, TOLD_SETTINGS } from '../run/service.mjs';

const DEFAULTS = { rounds: 3, seconds: 3 };

const LOADS = [
  { door: 'socket', conversations: 'pairs', inFlight: 64 },
  { door: 'socket', conversations: 'pairs', inFlight: 256 },
  { door: 'socket', conversations: 'pairs', rate: 1_000 },
  { door: 'rest', conversations: 'pairs', inFlight: 64 },
  { door: 'socket', conversations: 'rooms', inFlight: 64 },
  { door: 'socket', conversations: 'rooms', rate: 500 },
];

/** @param {import('../../scripts/run/teardown.mjs').Teardown} teardown */
export async function benchTwoNodes(teardown) {
  const options = readOptions(DEFAULTS, { 'cpu-prof': { type: 'boolean', default: false } });
  const { surroundings, conditions } = await prepare('bench-two-nodes', teardown);
  const subjects = {
    one: await step('One node', () => installation('one', 1)),
    two: await step('Two nodes', () => installation('two', 2)),
  };
  const measured = await measureAll({ subjects, cases: cases(), options, teardown });
  report(
    {
      name: 'two-nodes',
      title: 'What a second node costs',
      conditions: { ...conditions, service: TOLD_SETTINGS, rounds: options.rounds, seconds: options.seconds },
      notes: NOTES,
      tables: [deliveryTable(measured)],
      figures: measured,
    },
    options.isKept,
  );

  /** Nodes with a database and Redis keys of their own, so that neither installation hears of the other. */
  async function installation(name, count) {
    const { postgres, redis, settings, inFolder } = surroundings;
    const DATABASE_URL = await ensureDatabase(postgres, name);
    await migrate(DATABASE_URL, inFolder(`migrate-${name}.log`));
    const population = await populate(DATABASE_URL, settings.JWT_SECRET);
    const own = { ...settings, DATABASE_URL, REDIS_KEY_PREFIX: `${name}:` };
    const nodes = await startNodes(
      { settings: own, inFolder: (file) => inFolder(`${name}-${file}`) },
      count,
      teardown,
      {
        cpuProf: options['cpu-prof'],
      },
    );
    const [{ pid: service }, other] = nodes;
    return new Generator({
      population,
      ports: nodes.map(({ port }) => port),
      pids: {
        service,
        ...(other === undefined ? {} : { 'other node': other.pid }),
        postgres: postgres.pid,
        redis: redis.pid,
      },
    });
  }
}

/** @returns {import('../load/measure-all.mjs').Case[]} */
function cases() {
  return LOADS.flatMap((load) => {
    const { door, conversations, inFlight, rate } = load;
    const how = inFlight === undefined ? `${rate}/s due` : `${inFlight} in flight`;
    const [one, two] = ['one', 'two'].map((subject) => `${door}, ${conversations}, ${how}: ${subject}`);
    return [
      { ...load, subject: 'one', name: one },
      { ...load, subject: 'two', name: two, floor: one },
    ];
  });
}

const NOTES = [
  'Two installations on one Postgres and one Redis, each with a database of its own: one of one node, and one of two nodes, at which the members of each conversation are connected in turn, so that half of all deliveries cross over. Both nodes share the two cores with everything else, so this is what the second one costs, not what it adds.',
  'Each figure is the median of the rounds, in which all rows were measured in turn. Floor: the same load on one node. µs: CPU time for each accepted message. Every message was checked to have reached everybody in its conversation, once and in order, and nobody else.',
];
