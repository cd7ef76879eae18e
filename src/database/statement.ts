/**
 * One piece of hand-written SQL. The name makes it a prepared statement on each connection that runs it,
 * and is what logs, metrics and `docs/sql` call it: `<repository>.<method>`, at most 63 bytes.
 */
export interface Statement {
  readonly name: string;
  readonly text: string;
}

/** Where statements run: the pool, or one transaction. Repositories take it as their first argument. */
export interface Queryable {
  /**
   * @returns the rows, columns as selected; `bigint` and `timestamptz` arrive as `number` and `Date`.
   * @throws DependencyUnavailable when Postgres does not answer; otherwise the driver's error.
   */
  query<Row>(statement: Statement, values: readonly unknown[]): Promise<Row[]>;
}

/** A transaction in progress. Only `Database.transaction` makes one. */
export interface Tx extends Queryable {
  readonly isTransaction: true;
}
