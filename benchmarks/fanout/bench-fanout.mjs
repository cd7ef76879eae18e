import { writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { freePort } from '../../scripts/infra/ports.mjs';
import { untilReady } from '../../scripts/run/program-output.mjs';
import { step } from '../../scripts/run/progress.mjs';
import { startTied } from '../../scripts/run/tied-program.mjs';
import { CommandDoor } from '../load/command-door.mjs';
import { deliveryTable } from '../load/delivery-table.mjs';
import { Generator } from '../load/generator.mjs';
import { measureAll } from '../load/measure-all.mjs';
import { populate } from '../load/population.mjs';
import { readOptions } from '../run/options.mjs';
import { prepare } from '../run/prepare.mjs';
import { report } from '../run/report.mjs';
import { startNodes, TOLD_SETTINGS } from '../run/service.mjs';

const DEFAULTS = { rounds: 3, seconds: 3 };

const ANNOUNCING_NODE = fileURLToPath(new URL('./announcing-node.mjs', import.meta.url));
const BARE_NODE = fileURLToPath(new URL('./bare-node.mjs', import.meta.url));
const READY_WITHIN_MS = 10_000;

/** Closed loops, and an open one at an easy rate. */
const LOADS = [
  { conversations: 'pairs', inFlight: 16 },
  { conversations: 'pairs', inFlight: 256 },
  { conversations: 'pairs', rate: 2_000 },
  { conversations: 'rooms', inFlight: 16 },
  { conversations: 'rooms', inFlight: 256 },
  { conversations: 'rooms', rate: 1_000 },
];

/** @param {import('../../scripts/run/teardown.mjs').Teardown} teardown */
export async function benchFanout(teardown) {
  const options = readOptions(DEFAULTS, { 'cpu-prof': { type: 'boolean', default: false } });
  const { surroundings, conditions } = await prepare('bench-fanout', teardown);
  const { postgres, redis, settings, inFolder } = surroundings;
  const population = await populate(settings.DATABASE_URL, settings.JWT_SECRET);
  const file = inFolder('population.json');
  writeFileSync(file, JSON.stringify(population), { mode: 0o600 });

  const subjects = {
    service: await step('Service', service),
    bare: await step('Bare Socket.IO', bare),
  };
  const measured = await measureAll({ subjects, cases: cases(), options, teardown });
  report(
    {
      name: 'fanout',
      title: 'Fan-out: from a commit to everybody’s sockets, on one process',
      conditions: { ...conditions, service: TOLD_SETTINGS, rounds: options.rounds, seconds: options.seconds },
      notes: NOTES,
      tables: [deliveryTable(measured, 'announced/s')],
      figures: measured,
    },
    options.isKept,
  );

  async function service() {
    const commandPort = await freePort();
    const [node] = await startNodes(
      { ...surroundings, settings: { ...settings, COMMAND_PORT: String(commandPort), POPULATION: file } },
      1,
      teardown,
      { cpuProf: options['cpu-prof'], main: ANNOUNCING_NODE },
    );
    return generator(node.port, commandPort, { service: node.pid, postgres: postgres.pid, redis: redis.pid });
  }

  async function bare() {
    const [port, commandPort] = [await freePort(), await freePort()];
    const program = startTied(process.execPath, [BARE_NODE, String(port), String(commandPort), file], {
      name: 'Bare Socket.IO',
      log: inFolder('bare.log'),
    });
    teardown.add(program.stop);
    await untilReady(program, () => answers(port), READY_WITHIN_MS);
    return generator(port, commandPort, { service: program.pid });
  }

  function generator(port, commandPort, pids) {
    return new Generator({ population, ports: [port], pids, commands: new CommandDoor(commandPort) });
  }
}

/** @returns {import('../load/measure-all.mjs').Case[]} */
function cases() {
  return LOADS.flatMap((load) => {
    const { conversations, inFlight, rate } = load;
    const how = inFlight === undefined ? `${rate}/s due` : `${inFlight} in flight`;
    const floor = `floor: ${conversations}, ${how}`;
    return [
      { ...load, door: 'command', subject: 'bare', name: floor },
      { ...load, door: 'command', subject: 'service', name: `${conversations}, ${how}`, floor },
    ];
  });
}

async function answers(port) {
  try {
    await fetch(`http://127.0.0.1:${port}/`, { signal: AbortSignal.timeout(1_000) });
    return true;
  } catch {
    return false;
  }
}

const NOTES = [
  'Each figure is the median of the rounds, in which all rows were measured in turn. 1,000 people are connected, each in one conversation of two (pairs) and one room of eight (rooms). On a command the process announces a message of 100 bytes as if it had just been committed: nothing is stored, all that follows a commit is done (order, delivery, the frame for other nodes, counts of unread messages, reactions).',
  'Floor: Socket.IO alone, `io.local.to(rooms).emit(…)` of the same messages to the same people on the same commands, with the transports and the compression of the service.',
  'In flight: a message is followed by another one once everybody in its conversation, the sender included, has heard it. Due: messages are due by a schedule, and how long they take counts from then. ms: from the command until heard by others than the sender. µs: CPU time for each message. Every message was checked to have reached everybody in its conversation, once and in order, and nobody else. The generator runs on the same machine and its share of it is not taken out.',
];
