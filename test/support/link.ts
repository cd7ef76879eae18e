import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';

/** A port of our own that leads to a server while the link is up, and refuses while it is down. */
export class Link {
  private readonly ends = new Set<Socket>();
  private readonly server = createServer((near) => this.join(near));
  private port = 0;

  private constructor(private readonly target: URL) {}

  /** A link to the server of `url`; down at first. */
  static async to(url: string): Promise<Link> {
    const link = new Link(new URL(url));
    await link.up();
    await link.down();
    return link;
  }

  /** The same URL by way of this link. */
  get url(): string {
    const url = new URL(this.target);
    url.host = `127.0.0.1:${this.port}`;
    return url.href;
  }

  async up(): Promise<void> {
    this.server.listen(this.port, '127.0.0.1');
    await once(this.server, 'listening');
    this.port = (this.server.address() as AddressInfo).port;
  }

  /** Cuts what goes through it. */
  async down(): Promise<void> {
    const closed = once(this.server, 'close');
    this.server.close();
    for (const end of this.ends) end.destroy();
    await closed;
  }

  private join(near: Socket): void {
    const far = connect(Number(this.target.port), this.target.hostname);
    for (const [end, other] of [
      [near, far],
      [far, near],
    ] as const) {
      this.ends.add(end);
      end.on('error', () => other.destroy()).on('close', () => this.ends.delete(end));
      end.pipe(other);
    }
  }
}
