import { Injectable } from '@nestjs/common';
import { Database } from './database';
import type { Statement } from './statement';

const READ: Statement = {
  name: 'cluster.read',
  text: /* sql */ 'SELECT epoch, cursor_key AS "cursorKey" FROM cluster',
};

export interface ClusterFacts {
  /** Names this incarnation of the data; another one after a restore. */
  readonly epoch: string;
  /** Authenticates what clients are handed to bring back. */
  readonly cursorKey: Buffer;
}

/** What all nodes on one database share, read once. */
@Injectable()
export class ClusterIdentity {
  private facts: Promise<ClusterFacts> | undefined;

  constructor(private readonly database: Database) {}

  /** @throws DependencyUnavailable when it is not known yet and Postgres is away. */
  read(): Promise<ClusterFacts> {
    this.facts ??= this.fetch().catch((error: unknown) => {
      this.facts = undefined;
      throw error;
    });
    return this.facts;
  }

  /** It was found to be another one by now: a backup was restored while this process went on. */
  forget(): void {
    this.facts = undefined;
  }

  private async fetch(): Promise<ClusterFacts> {
    const [row] = await this.database.query<ClusterFacts>(READ, []);
    if (row === undefined) throw new Error('the table "cluster" has lost its row');
    return row;
  }
}
