import { Client } from 'pg';

/** One thing said to Postgres. */
export interface Said {
  /** Of a prepared statement; BEGIN, COMMIT and the like have none. */
  readonly name: string | undefined;
  readonly text: string;
  readonly client: Client;
}

type Query = (this: Client, ...args: unknown[]) => unknown;

/** Hears all that the nodes in this process say to Postgres, where the driver is told it: nobody gets around that. */
export class StatementLog {
  private readonly original = Reflect.get(Client.prototype, 'query') as Query;

  constructor(heard: (said: Said) => void) {
    const { original } = this;
    Client.prototype.query = function (this: Client, ...args: unknown[]) {
      const [query] = args as [string | { name?: string; text: string }];
      const { name = undefined, text } = typeof query === 'string' ? { text: query } : query;
      heard({ name, text, client: this });
      return original.apply(this, args);
    } as typeof Client.prototype.query;
  }

  stop(): void {
    Client.prototype.query = this.original as typeof Client.prototype.query;
  }
}
