import { Injectable, Logger } from '@nestjs/common';
import { LRUCache } from 'lru-cache';
import { Metrics } from '../telemetry';

/** Rows that were complained of; each is named in the log once. */
const REMEMBERED_ROWS = 1_000;

type Table = 'conversations' | 'messages' | 'participants';

/**
 * Strict on write, tolerant on read: a row that nothing here would have written (a restored backup, a script) costs
 * its readers that row, and not the page that it is on. It is left out, counted and logged.
 */
@Injectable()
export class UnreadableRows {
  private readonly logger = new Logger(UnreadableRows.name);
  private readonly left: ReturnType<typeof leftOut>;
  private readonly known = new LRUCache<string, true>({ max: REMEMBERED_ROWS });

  constructor(metrics: Metrics) {
    this.left = leftOut(metrics);
  }

  /**
   * @param faultIn the column that makes a row one that can not be shown; undefined for a sound one.
   * @param idOf what the row is known by, for the log.
   * @returns the sound ones, in their order.
   */
  without<Row>(
    table: Table,
    rows: readonly Row[],
    faultIn: (row: Row) => string | undefined,
    idOf: (row: Row) => string,
  ): Row[] {
    return rows.filter((row) => {
      const column = faultIn(row);
      if (column !== undefined) this.note(table, idOf(row), column);
      return column === undefined;
    });
  }

  private note(table: Table, id: string, column: string): void {
    this.left.inc({ table });
    const row = `${table} ${id}`;
    if (this.known.has(row)) return;
    this.known.set(row, true);
    this.logger.error({ msg: 'a row can not be shown, it is left out', table, id, column });
  }
}

function leftOut(metrics: Metrics) {
  const help = 'Rows left out of answers because they can not be shown, each time they were met.';
  return metrics.counter({ name: 'chat_unreadable_rows_total', help }, ['table']);
}
