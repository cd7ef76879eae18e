import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';

/** `cut`: resets everything and takes nobody. `hole`: takes everybody and swallows what they say, both ways. */
export type Fault = 'none' | 'cut' | 'hole';

/** A link that can be broken, between a client and a server on this machine. */
export class FaultProxy {
  private readonly sockets = new Set<Socket>();
  private fault: Fault = 'none';

  private constructor(
    private readonly server: Server,
    private readonly target: URL,
  ) {
    server.on('connection', (client) => this.join(client));
  }

  static async to(target: string): Promise<FaultProxy> {
    const server = createServer({ allowHalfOpen: false }).listen(0, '127.0.0.1');
    await once(server, 'listening');
    return new FaultProxy(server, new URL(target));
  }

  /** The target's URL, by way of here. */
  get url(): string {
    const url = new URL(this.target);
    url.host = `127.0.0.1:${(this.server.address() as AddressInfo).port}`;
    return url.href;
  }

  /** What was swallowed does not come back, nor does a connection that swallowed it. */
  become(fault: Fault): void {
    if (fault !== 'hole') for (const socket of this.sockets) socket.resetAndDestroy();
    this.fault = fault;
  }

  close(): void {
    this.server.close();
    for (const socket of this.sockets) socket.destroy();
  }

  private join(client: Socket): void {
    if (this.fault === 'cut') {
      client.resetAndDestroy();
      return;
    }
    const server = connect(Number(this.target.port), this.target.hostname);
    this.pass(client, server);
    this.pass(server, client);
  }

  private pass(from: Socket, to: Socket): void {
    this.sockets.add(from);
    from.on('data', (chunk) => {
      if (this.fault === 'none') to.write(chunk);
    });
    from.on('error', () => undefined);
    from.on('close', () => {
      this.sockets.delete(from);
      if (this.fault !== 'hole') to.destroy();
    });
  }
}
