import { Injectable } from '@nestjs/common';
import { Database, type Statement } from '../database';
import { type Horizon, horizonOf } from './sync-token';

const NOW: Statement = {
  name: 'sync_horizon.now',
  text: /* sql */ `SELECT pg_current_snapshot()::text AS snapshot, now() AS "takenAt"`,
};

@Injectable()
export class HorizonRepository {
  constructor(private readonly database: Database) {}

  /** This moment: what is read afterwards is at least as new. @throws DependencyUnavailable */
  async now(): Promise<Horizon> {
    const [row] = await this.database.query<{ snapshot: string; takenAt: Date }>(NOW, []);
    if (row === undefined) throw new Error('a statement without a table has lost its row');
    return horizonOf(row.snapshot, row.takenAt);
  }
}
