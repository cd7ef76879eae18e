import { ensureDatabase, withClient } from '../../scripts/infra/databases.mjs';
import { step } from '../../scripts/run/progress.mjs';
import { migrate } from '../../scripts/service/schema.mjs';
import { tokenFor } from '../../scripts/stand-in/token.mjs';
import { interleaved } from '../measure/rounds.mjs';
import { amount, readOptions } from '../run/options.mjs';
import { prepare } from '../run/prepare.mjs';
import { report, rounded } from '../run/report.mjs';
import { startNodes, TOLD_SETTINGS } from '../run/service.mjs';
import { PAGES, Reader } from './pages.mjs';
import { READER, seed } from './seed.mjs';

const DEFAULTS = { rounds: 3, seconds: 3 };
const SMALL = 10_000;
const LARGE = 10_000_000;
const LARGE_IF_QUICK = 200_000;
const IN_FLIGHT = 4;
const MOST_PAGES = 100_000;
const WARM_UP_SECONDS = 2;

/** @param {import('../../scripts/run/teardown.mjs').Teardown} teardown */
export async function benchHistory(teardown) {
  const options = readOptions(DEFAULTS, { messages: { type: 'string' } });
  const large = amount('messages', options.messages, options.quick ? LARGE_IF_QUICK : LARGE, 100_000_000);
  const { surroundings, conditions } = await prepare('bench-history', teardown);
  const seeded = {};
  const readers = { small: await installation('small', SMALL), large: await installation('large', large) };

  const cases = PAGES.flatMap((page) => ['small', 'large'].map((size) => ({ ...page, size })));
  const chosen = cases.filter(({ name }) => options.only.test(name));
  const measure = ({ size, ...page }, seconds) =>
    readers[size].measure(page, { inFlight: IN_FLIGHT, seconds, most: MOST_PAGES });
  await step('Warm-up', async () => {
    for (const one of chosen) await measure(one, WARM_UP_SECONDS);
  });
  const results = await interleaved(chosen, options.rounds, (one, round) =>
    step(
      `${round + 1}/${options.rounds} ${one.name}: ${one.size}`,
      () => measure(one, options.seconds),
      ({ ms }) => `p99 ${rounded(ms.p99, 1)} ms`,
    ),
  );
  const measured = chosen.map(({ name, size }, at) => ({ name, size, ...results[at] }));
  report(
    {
      name: 'history',
      title: 'Pages of a large database and of a small one',
      conditions: {
        ...conditions,
        service: TOLD_SETTINGS,
        rounds: options.rounds,
        seconds: options.seconds,
        ...seeded,
      },
      notes: NOTES,
      tables: [tableOf(measured)],
      figures: measured,
    },
    options.isKept,
  );

  /** A node of its own on a database of its own, and somebody who reads there. */
  async function installation(name, messages) {
    const { postgres, settings, inFolder } = surroundings;
    const DATABASE_URL = await ensureDatabase(postgres, name);
    await migrate(DATABASE_URL, inFolder(`migrate-${name}.log`));
    const started = performance.now();
    await step(`${rounded(messages)} messages`, () => seed(DATABASE_URL, messages));
    seeded[name] =
      `${rounded(messages)} messages, ${await sizeOf(DATABASE_URL)}, seeded in ${rounded((performance.now() - started) / 1_000)} s`;
    const own = { ...settings, DATABASE_URL, REDIS_KEY_PREFIX: `${name}:` };
    const [node] = await step('Service', () =>
      startNodes({ settings: own, inFolder: (file) => inFolder(`${name}-${file}`) }, 1, teardown),
    );
    const reader = new Reader({ port: node.port, token: tokenFor({ uuid: READER }, settings.JWT_SECRET) });
    await reader.lookAround();
    return reader;
  }
}

async function sizeOf(databaseUrl) {
  let size;
  await withClient(databaseUrl, async (client) => {
    const { rows } = await client.query(
      'SELECT pg_size_pretty(pg_database_size(current_database())) AS size',
    );
    size = rows[0].size;
  });
  return size;
}

function tableOf(measured) {
  const p99 = (name, size) => measured.find((one) => one.name === name && one.size === size)?.median.ms.p99;
  return {
    columns: ['', 'p50 ms', 'p95 ms', 'p99 ms', 'p99 of small', 'pages/s'],
    rows: measured.map(({ name, size, median }) => [
      `${name}: ${size}`,
      ...Object.values(median.ms).map((ms) => rounded(ms, 1)),
      size === 'small' ? '' : `× ${rounded(median.ms.p99 / p99(name, 'small'), 2)}`,
      rounded(median.pagesPerSecond),
    ]),
  };
}

const NOTES = [
  'Two databases on one Postgres, a node of the built service on each. Messages lie evenly over the last 90 days, in partitions made by the service’s own function; a tenth of them in one conversation, a tenth in 2,000 others of the same person, the rest in 20,000 of other people. Rows were stored in the order of time, the secondary indexes made afterwards, then VACUUM (ANALYZE) and a checkpoint, as autovacuum would have seen to by then.',
  'Pages are read by REST, four at a time, as one of the people in that conversation: the same pages in turn from both. Each figure is the median of the rounds. ms: from the request to the whole of its answer.',
];
