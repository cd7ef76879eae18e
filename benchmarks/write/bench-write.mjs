import { step } from '../../scripts/run/progress.mjs';
import { populateWith } from '../load/population.mjs';
import { interleaved } from '../measure/rounds.mjs';
import { readOptions } from '../run/options.mjs';
import { prepare } from '../run/prepare.mjs';
import { report, rounded } from '../run/report.mjs';
import { leastBareWriter, plainBareWriter } from './bare-writer.mjs';
import { measureWriter } from './measure-writer.mjs';
import { serviceWriter } from './service-writer.mjs';
import { typeormWriter } from './typeorm-writer.mjs';

const DEFAULTS = { rounds: 3, seconds: 3 };
const CONVERSATIONS = 1_000;
const WARM_UP_SECONDS = 2;

const WRITERS = {
  bare: plainBareWriter,
  least: leastBareWriter,
  service: serviceWriter,
  typeorm: typeormWriter,
};
const NAMES = {
  bare: 'bare inserts, no checks',
  least: 'the same as one prepared statement',
  service: 'the write path',
  typeorm: 'TypeORM, a transaction each',
};

/** @param {import('../../scripts/run/teardown.mjs').Teardown} teardown */
export async function benchWritePath(teardown) {
  const options = readOptions(DEFAULTS);
  const { surroundings, conditions } = await prepare('bench-write', teardown);
  const url = surroundings.settings.DATABASE_URL;
  const subjects = await step('Conversations', () => startSubjects(url, teardown));
  const postgres = surroundings.postgres.pid;
  const measure = ({ subject, spread, inFlight }, seconds) => {
    const { writer, conversations } = subjects[subject];
    const chosen = spread === 'one' ? conversations.slice(0, 1) : conversations.slice(1);
    return measureWriter({ writer, conversations: chosen, inFlight, seconds, postgres });
  };

  const cases = allCases().filter(({ name }) => options.only.test(name));
  await step('Warm-up', async () => {
    for (const one of cases.filter(({ inFlight }) => inFlight === 64)) await measure(one, WARM_UP_SECONDS);
  });
  const results = await interleaved(cases, options.rounds, (one, round) =>
    step(
      `${round + 1}/${options.rounds} ${one.name}`,
      () => measure(one, options.seconds),
      ({ messagesPerSecond }) => `${rounded(messagesPerSecond)}/s`,
    ),
  );
  const measured = cases.map((one, at) => ({ ...one, ...results[at] }));
  report(
    {
      name: 'write',
      title: 'The write path by itself: messages committed per second',
      conditions: { ...conditions, rounds: options.rounds, seconds: options.seconds },
      notes: NOTES,
      tables: [tableOf(measured)],
      figures: measured,
    },
    options.isKept,
  );
}

/** Each writer with conversations of its own, the first of them for writing into one. */
async function startSubjects(url, teardown) {
  const subjects = {};
  for (const [name, start] of Object.entries(WRITERS)) {
    const conversations = await populateWith(url, CONVERSATIONS + 1, 2);
    const writer = await start(url);
    teardown.add(writer.close);
    subjects[name] = { writer, conversations };
  }
  return subjects;
}

function allCases() {
  return ['thousand', 'one'].flatMap((spread) =>
    [64, 256].flatMap((inFlight) =>
      Object.keys(WRITERS).map((subject) => ({
        subject,
        spread,
        inFlight,
        name: `${spread === 'one' ? 'into one' : 'over 1,000'}, ${inFlight} in flight: ${NAMES[subject]}`,
      })),
    ),
  );
}

function tableOf(measured) {
  const sameAs = ({ spread, inFlight }, subject) =>
    measured.find((one) => one.subject === subject && one.spread === spread && one.inFlight === inFlight)
      ?.median.messagesPerSecond;
  return {
    columns: ['', 'messages/s', 'of bare', '× TypeORM', 'p50 ms', 'p99 ms', 'Node µs', 'Postgres µs'],
    rows: measured.map((one) => {
      const { messagesPerSecond, p50Ms, p99Ms, nodeMicroseconds, postgresMicroseconds } = one.median;
      const ratio = (subject) => messagesPerSecond / (sameAs(one, subject) ?? NaN);
      return [
        one.name,
        rounded(messagesPerSecond),
        `${rounded(ratio('bare') * 100)} %`,
        rounded(ratio('typeorm'), 1),
        rounded(p50Ms, 1),
        rounded(p99Ms, 1),
        rounded(nodeMicroseconds, 1),
        rounded(postgresMicroseconds, 1),
      ];
    }),
  };
}

const NOTES = [
  'Each figure is the median of the rounds, in which all rows were measured in turn, in one process and on one Postgres. Messages have 100 bytes, an idempotency key, and an event each in the outbox. Conversations have two people.',
  'The tables are those of a fresh installation, migrated and then filled by this run alone; nothing was analysed or vacuumed by hand, autovacuum is as Postgres has it. Each writer has conversations of its own in the same tables.',
  'Bare: the same message rows, conversation updates and outbox rows without any check, on one connection, in groups of up to 128 as the write path makes them: a transaction of three statements with a list of rows each. Below it the least that this can cost. Neither moves the sender’s own marks, which the write path does.',
  'µs: CPU time for each message, of this process (making the drafts included) and of all of Postgres.',
];
