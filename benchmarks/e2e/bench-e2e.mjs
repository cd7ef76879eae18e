import { ensureBuilt } from '../../scripts/prepare/build.mjs';
import { ensureDependencies } from '../../scripts/prepare/dependencies.mjs';
import { step } from '../../scripts/run/progress.mjs';
import { startSurroundings } from '../../scripts/service/surroundings.mjs';
import { interleaved } from '../measure/rounds.mjs';
import { readConditions } from '../run/conditions.mjs';
import { readOptions } from '../run/options.mjs';
import { report, rounded } from '../run/report.mjs';
import { startNodes, TOLD_SETTINGS } from '../run/service.mjs';
import { loads } from './loads.mjs';

const DEFAULTS = { rounds: 3, seconds: 3 };
const WARM_UP_SECONDS = 6;
const WARM_UP_IN_FLIGHT = 64;

/** @param {import('../../scripts/run/teardown.mjs').Teardown} teardown */
export async function benchEndToEnd(teardown) {
  const options = readOptions(DEFAULTS, { 'cpu-prof': { type: 'boolean', default: false } });
  await step('Dependencies', ensureDependencies, String);
  await step('Build', ensureBuilt, String);
  const surroundings = await step('Fresh Postgres, Redis and stand-in', () =>
    startSurroundings('bench-e2e', teardown),
  );
  const { postgres, redis, settings } = surroundings;
  const conditions = await readConditions(settings.DATABASE_URL);
  const { populate, USERS } = await import('../load/population.mjs');
  const { startRelay } = await import('../relay/start-relay.mjs');
  const { Generator } = await import('../load/generator.mjs');
  const population = await populate(settings.DATABASE_URL, settings.JWT_SECRET);
  const [node] = await step('Service', () =>
    startNodes(surroundings, 1, teardown, { cpuProf: options['cpu-prof'] }),
  );
  const relay = await step('Relay', () => startRelay(population, surroundings.inFolder));
  teardown.add(relay.stop);
  const subjects = {
    service: new Generator({
      population,
      ports: [node.port],
      pids: { service: node.pid, postgres: postgres.pid, redis: redis.pid },
    }),
    relay: new Generator({ population, ports: [relay.port], pids: { service: relay.pid } }),
  };
  for (const [name, generator] of Object.entries(subjects)) {
    teardown.add(() => generator.close());
    await step(`${USERS} people connect to the ${name}`, () => generator.connect());
  }

  const cases = loads().filter(({ name }) => name.includes(options.only ?? ''));
  await step('Warm-up', () => warmUp(subjects, cases));
  const results = await interleaved(cases, options.rounds, (load, round) =>
    step(
      `${round + 1}/${options.rounds} ${load.name}`,
      () => subjects[load.subject].measure(load, options.seconds),
      ({ acceptedPerSecond, sendToDeliveredMs }) =>
        `${rounded(acceptedPerSecond)}/s, p99 ${rounded(sendToDeliveredMs.p99, 1)} ms`,
    ),
  );

  report(
    {
      name: 'e2e',
      title: 'End to end: door to door through the built service',
      conditions: { ...conditions, service: TOLD_SETTINGS, rounds: options.rounds, seconds: options.seconds },
      notes: NOTES,
      tables: [tableOf(cases, results)],
      figures: cases.map(({ name }, at) => ({ name, ...results[at] })),
    },
    options.isKept,
  );
}

/** Node has compiled nothing yet: its first thousands of messages cost many times what all later ones do. */
async function warmUp(subjects, cases) {
  const kinds = new Map(cases.map((load) => [`${load.subject} ${load.door} ${load.conversations}`, load]));
  for (const load of kinds.values())
    await subjects[load.subject].measure({ ...load, rate: undefined, inFlight: WARM_UP_IN_FLIGHT }, WARM_UP_SECONDS);
}

const NOTES = [];

export function tableOf(cases, results) {
  return {
    columns: [
      'load',
      'accepted/s',
      'delivered/s',
      'p50 ms',
      'p95 ms',
      'p99 ms',
      'accepted p99',
      'service µs',
      'postgres µs',
      'redis µs',
      'generator µs',
      'refused',
    ],
    rows: cases.map(({ name }, at) => {
      const { acceptedPerSecond, deliveredPerSecond, sendToDeliveredMs, sendToAcceptedMs, ...rest } =
        results[at].median;
      const { p50, p95, p99 } = sendToDeliveredMs;
      const cpu = rest.cpuSecondsPer1000;
      return [
        name,
        rounded(acceptedPerSecond),
        rounded(deliveredPerSecond),
        ...[p50, p95, p99, sendToAcceptedMs.p99].map((ms) => rounded(ms, 1)),
        ...[cpu.service, cpu.postgres, cpu.redis, cpu.generator].map((seconds) => rounded(seconds === undefined ? null : seconds * 1_000)),
        String(rest.refused),
      ];
    }),
  };
}
