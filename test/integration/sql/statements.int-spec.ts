import { fillDatabase, ROWS_OF_ONE_PERSON } from '../../support/sql/busy-database';
import type { Plan } from '../../support/sql/plan';
import { explainEverything, PlanLog, type RecordedStatement } from '../../support/sql/plan-log';
import { statementsInSource } from '../../support/sql/source-statements';
import { documentsOf, isCalled, outdated, write } from '../../support/sql/sql-documents';
import { World } from '../../support/world';
import { busyDay } from './busy-day';

const PREPARING_MS = 120_000;

/** Of one row, of one for each node, and of sixteen. */
const SMALL = ['cluster', 'cluster_pkey', 'nodes', 'nodes_pkey', 'outbox_shards', 'outbox_shards_pkey'];

/** They are about everybody's conversations, a bounded number of rows at a time. */
const OF_EVERYBODY = /^outbox_(?:events|replay|shards)\./;

describe('the statements of the service', () => {
  const sources = statementsInSource();
  let statements: RecordedStatement[];

  beforeAll(async () => {
    const log = new PlanLog();
    const world = await World.start({ nodes: 0 });
    try {
      await fillDatabase(world.database.url);
      await explainEverything(world.database.url);
      world.kaha.knowsEverybody();
      await world.startNode();
      await busyDay(world);
    } finally {
      await world.stop();
      log.stop();
    }
    statements = [...log.statements.values()];
  }, PREPARING_MS);

  it('are all run here (busy-day.ts is where to ask for a new one)', () => {
    const missed = sources.filter(({ name }) => !statements.some((one) => isCalled(one.name, name)));
    expect(missed.map(({ name }) => name)).toEqual([]);
  });

  it('are all in the source', () => {
    const unknown = statements.filter(({ name }) => !sources.some((one) => isCalled(name, one.name)));
    expect(unknown.map(({ name }) => name)).toEqual([]);
  });

  it('have each told their plan', () => {
    expect(statements.filter(({ plan }) => plan === undefined).map(({ name }) => name)).toEqual([]);
  });

  it('read no table and no index from end to end', () => {
    expect(
      plans().flatMap(({ name, plan: { readWhole } }) =>
        readWhole.filter((one) => !SMALL.includes(one)).map((one) => `${name}: ${one}`),
      ),
    ).toEqual([]);
  });

  it('ask about one row without gathering all', () => {
    expect(personal().flatMap(({ name, plan }) => (plan.gathers ? [name] : []))).toEqual([]);
  });

  it('touch the rows of one person, however many there are', () => {
    const excessive = personal().filter(({ plan }) => plan.mostRows > ROWS_OF_ONE_PERSON);
    expect(excessive.map(({ name, plan }) => `${name}: ${plan.mostRows} rows`)).toEqual([]);
  });

  it('are in docs/sql as they are (npm run sql:write puts them there)', () => {
    const documents = documentsOf(statements, sources);
    if (process.env.SQL_DOCS === 'write') write(documents);
    expect(outdated(documents)).toEqual([]);
  });

  function personal(): { name: string; plan: Plan }[] {
    return plans().filter(({ name }) => !OF_EVERYBODY.test(name));
  }

  function plans(): { name: string; plan: Plan }[] {
    return statements.flatMap(({ name, plan, inner }) =>
      [plan, ...inner.values()].flatMap((one) => (one === undefined ? [] : [{ name, plan: one }])),
    );
  }
});
