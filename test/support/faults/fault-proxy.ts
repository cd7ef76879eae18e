import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';
import { setImmediate as nextTurn, setTimeout as delay } from 'node:timers/promises';

/**
 * - `cut`: resets everything and takes nobody.
 * - `hole`: takes everybody and swallows what they say, both ways.
 * - `half`: what the server says is swallowed; what it is told arrives.
 * - `mute`: what the server is told is swallowed; what it says arrives.
 * - `slow`: all arrives so many milliseconds later.
 * - `slice`: all arrives in pieces of so many bytes.
 * - `limit`: of what the server says so many bytes of each connection arrive, then it is reset.
 */
export type Fault =
  | 'none'
  | 'cut'
  | 'hole'
  | 'half'
  | 'mute'
  | { readonly slow: number }
  | { readonly slice: number }
  | { readonly limit: number };

type Direction = 'up' | 'down';

const SWALLOWING: ReadonlySet<Fault> = new Set<Fault>(['hole', 'half', 'mute']);

/** A link that can be broken, between a client and a server on this machine. */
export class FaultProxy {
  private readonly clients = new Set<Socket>();
  private readonly sockets = new Set<Socket>();
  private fault: Fault = 'none';
  private onLimit: () => void = () => undefined;

  private constructor(
    private readonly server: Server,
    private target: URL,
  ) {
    server.on('connection', (client) => this.join(client));
  }

  static async to(target: string): Promise<FaultProxy> {
    const server = createServer({ allowHalfOpen: false, noDelay: true }).listen(0, '127.0.0.1');
    await once(server, 'listening');
    return new FaultProxy(server, new URL(target));
  }

  /** The target's URL, by way of here. */
  get url(): string {
    const url = new URL(this.target);
    url.host = `127.0.0.1:${(this.server.address() as AddressInfo).port}`;
    return url.href;
  }

  /** Clients that are there at this moment. */
  get connections(): number {
    return this.clients.size;
  }

  /** Whoever connects from now on gets there. The rest of the URL stays as it was. */
  retarget({ host }: URL): void {
    this.target = new URL(this.target);
    this.target.host = host;
  }

  /** What was swallowed does not come back, nor does a connection that may have lost something. */
  become(fault: Fault): void {
    if (fault === 'cut' || (SWALLOWING.has(this.fault) && !SWALLOWING.has(fault)))
      for (const socket of this.sockets) reset(socket);
    this.fault = fault;
  }

  /** From now on as `limit`. @returns when the first connection has come to its end by it. */
  limitReached(bytes: number): Promise<void> {
    this.become({ limit: bytes });
    return new Promise((resolve) => (this.onLimit = resolve));
  }

  close(): void {
    this.server.close();
    for (const socket of this.sockets) socket.destroy();
  }

  private join(client: Socket): void {
    this.clients.add(client);
    this.keep(client).on('close', () => this.clients.delete(client));
    if (this.fault === 'cut') {
      reset(client);
      return;
    }
    const { port, hostname: host } = this.target;
    const server = this.keep(connect({ port: Number(port), host, noDelay: true }));
    this.pass(client, server, 'up');
    this.pass(server, client, 'down');
  }

  private keep(socket: Socket): Socket {
    this.sockets.add(socket);
    return socket.on('error', () => undefined).on('close', () => this.sockets.delete(socket));
  }

  private pass(from: Socket, to: Socket, direction: Direction): void {
    /** What comes later never overtakes, however the fault changes meanwhile. */
    let tail = Promise.resolve();
    let waiting = 0;
    let passed = 0;
    const inTurn = (work: () => Promise<void> | void): void => {
      waiting++;
      tail = tail.then(work).finally(() => waiting--);
    };
    from.on('data', (chunk: Buffer) => {
      const { fault } = this;
      if (this.swallows(direction)) return;
      if (typeof fault === 'object' && 'limit' in fault && direction === 'down') {
        const rest = Math.max(0, fault.limit - passed);
        passed += chunk.length;
        inTurn(() => void to.write(chunk.subarray(0, rest)));
        if (passed >= fault.limit) inTurn(() => this.endAtLimit(from, to));
      } else if (typeof fault === 'object' && 'slow' in fault) {
        const due = performance.now() + fault.slow;
        inTurn(async () => {
          await delay(due - performance.now());
          to.write(chunk);
        });
      } else if (typeof fault === 'object' && 'slice' in fault) {
        inTurn(() => writeSliced(to, chunk, fault.slice));
      } else if (waiting > 0) inTurn(() => void to.write(chunk));
      else to.write(chunk);
    });
    from.on('close', (failed) => {
      if (this.swallows(direction)) return;
      inTurn(() => void (failed ? reset(to) : to.end()));
    });
  }

  private swallows(direction: Direction): boolean {
    return this.fault === 'hole' || this.fault === (direction === 'down' ? 'half' : 'mute');
  }

  private async endAtLimit(server: Socket, client: Socket): Promise<void> {
    // What was let through must be on its way before the reset, which would overtake it.
    await nextTurn();
    reset(client);
    reset(server);
    this.onLimit();
  }
}

/** Node keeps for ever, and can not exit for, what is reset while it is being ended or is not connected yet. */
function reset(socket: Socket): void {
  if (socket.writableEnded || socket.connecting) socket.destroy();
  else socket.resetAndDestroy();
}

async function writeSliced(to: Socket, chunk: Buffer, bytes: number): Promise<void> {
  for (let start = 0; start < chunk.length; start += bytes) {
    to.write(chunk.subarray(start, start + bytes));
    await nextTurn();
  }
}
