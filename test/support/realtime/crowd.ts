import type { Person } from '../chat-client';
import { RawConnection } from './raw-connection';

/** Connections made at once; the next of them when these are through. */
const AT_ONCE = 50;
const ANSWER_WITHIN_MS = 5_000;

/** Many sockets, as cheap as they can be for the test that makes them. */
export class Crowd {
  private constructor(
    /** Those that were let in. */
    readonly inside: readonly RawConnection[],
    /** How many were cut, or told that there is no room. */
    readonly refused: number,
  ) {}

  /** @param people whose tokens are shown, in turns. */
  static async of(size: number, port: number, people: readonly Person[]): Promise<Crowd> {
    const inside: RawConnection[] = [];
    for (let first = 0; first < size; first += AT_ONCE) {
      const turn = Array.from({ length: Math.min(AT_ONCE, size - first) }, (_, index) =>
        enter(port, people[(first + index) % people.length]?.token ?? ''),
      );
      inside.push(...(await Promise.all(turn)).filter((connection) => connection !== undefined));
    }
    return new Crowd(inside, size - inside.length);
  }

  leaves(): void {
    for (const connection of this.inside) connection.ends();
  }
}

async function enter(port: number, token: string): Promise<RawConnection | undefined> {
  let connection: RawConnection | undefined;
  try {
    connection = await RawConnection.webSocket(port);
    connection.sends(`40${JSON.stringify({ token })}`);
    await within(connection.hears('42["ready"'));
    return connection;
  } catch {
    connection?.ends();
    return undefined;
  }
}

async function within(promise: Promise<void>): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error('no answer')), ANSWER_WITHIN_MS);
  });
  await Promise.race([promise, late]).finally(() => clearTimeout(timer));
}
