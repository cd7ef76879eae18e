import { Client } from 'pg';
import { StatementLog } from '../statement-log';
import { type Plan, toPlan } from './plan';

/** A statement that was run. */
export interface RecordedStatement {
  readonly name: string;
  readonly text: string;
  plan: Plan | undefined;
  /** What the function that it calls ran, by its text. */
  readonly inner: Map<string, Plan>;
}

const SETTINGS = {
  session_preload_libraries: 'auto_explain',
  'auto_explain.log_min_duration': '0',
  'auto_explain.log_analyze': 'on',
  'auto_explain.log_timing': 'off',
  'auto_explain.log_nested_statements': 'on',
  'auto_explain.log_parameter_max_length': '0',
  'auto_explain.log_level': 'notice',
};

/** Has every connection that is made to this database from now on tell the plans of what it runs. */
export async function explainEverything(databaseUrl: string): Promise<void> {
  const client = new Client({ connectionString: databaseUrl });
  await client.connect();
  try {
    const database = client.escapeIdentifier(new URL(databaseUrl).pathname.slice(1));
    for (const [name, value] of Object.entries(SETTINGS))
      await client.query(`ALTER DATABASE ${database} SET ${name} = ${client.escapeLiteral(value)}`);
  } finally {
    await client.end();
  }
}

/** The statements that the nodes in this process run, with the plans they really had, in functions too. */
export class PlanLog {
  /** By name. */
  readonly statements = new Map<string, RecordedStatement>();
  private readonly byText = new Map<string, RecordedStatement>();
  private readonly running = new WeakMap<Client, RecordedStatement>();
  private readonly listenedTo = new WeakSet<Client>();
  private readonly log = new StatementLog(({ client, name, text }) => {
    this.listenTo(client);
    if (name !== undefined) this.running.set(client, this.recorded(name, text));
  });

  stop(): void {
    this.log.stop();
  }

  private recorded(name: string, text: string): RecordedStatement {
    const known = this.statements.get(name);
    if (known !== undefined) return known;
    const statement = { name, text, plan: undefined, inner: new Map<string, Plan>() };
    this.statements.set(name, statement);
    this.byText.set(text, statement);
    return statement;
  }

  private listenTo(client: Client): void {
    if (this.listenedTo.has(client)) return;
    this.listenedTo.add(client);
    client.on('notice', ({ message = '' }) => this.hear(client, message));
  }

  /**
   * Postgres tells a plan when it is done with it. In a transaction that is when the next statement begins, so what
   * was run is known by its text; what a function runs comes while its statement is running.
   */
  private hear(client: Client, message: string): void {
    const [, told] = /^duration: .* plan:\nQuery Text: (.*)$/s.exec(message) ?? [];
    if (told === undefined) return;
    const planAt = told.lastIndexOf('\n', told.search(/ {2}\(cost=/)) + 1;
    const [text, plan] = [told.slice(0, planAt - 1), toPlan(told.slice(planAt))];
    const statement = this.byText.get(text);
    if (statement !== undefined) {
      statement.plan = fuller(statement.plan, plan);
    } else if (isWorthTelling(text, plan)) {
      const inner = this.running.get(client)?.inner;
      inner?.set(text, fuller(inner.get(text), plan));
    }
  }
}

/** A plan is cut short where it was known beforehand that a part of it would find nothing. */
function fuller(one: Plan | undefined, other: Plan): Plan {
  const [plan, rest] = one === undefined || other.text.length > one.text.length ? [other, one] : [one, other];
  return { ...plan, mostRows: Math.max(plan.mostRows, rest?.mostRows ?? 0) };
}

/** What touches tables, and is not Postgres looking after its foreign keys. */
function isWorthTelling(text: string, { indexes, readWhole }: Plan): boolean {
  return indexes.length + readWhole.length > 0 && !text.startsWith('SELECT 1 FROM ONLY');
}
