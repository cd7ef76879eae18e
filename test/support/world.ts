import { randomUUID } from 'node:crypto';
import type { AddressInfo } from 'node:net';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { createApp } from '../../src/app';
import { loadConfig } from '../../src/config';
import type { ChatExtension } from '../../src/extensions';
import { Person } from './chat-client';
import { FakeKaha } from './fake-kaha';
import { createTestDatabase, type TestDatabase } from './infra/test-database';
import { testRedisUrl } from './realtime/test-redis';
import { JWT_SECRET } from './tokens';

export const SERVICE_TOKEN = 'the-service-token-of-tests';

export interface WorldOptions {
  /** Nodes of the service, all in this process. Default 1. */
  readonly nodes?: number;
  readonly extensions?: readonly ChatExtension[];
  /** Variables of every node, over those that a world sets itself. */
  readonly env?: Readonly<Record<string, string>>;
  /** Where its data is. Default: a database of its own, and the Redis that all tests of this run share. */
  readonly servers?: WorldServers;
}

export interface WorldServers {
  readonly database: TestDatabase;
  readonly redisUrl: string;
}

/** A whole installation for one test file: nodes on one database, one Redis and one upstream, shared with nobody. */
export class World {
  /** By index: `person.at(1)` talks to the second. */
  readonly nodes: NestFastifyApplication[] = [];
  readonly nodeUrls: string[] = [];
  private readonly running = new Set<NestFastifyApplication>();
  private readonly redisKeyPrefix = `test:${randomUUID()}:`;

  private constructor(
    readonly kaha: FakeKaha,
    readonly database: TestDatabase,
    private readonly extensions: readonly ChatExtension[],
    private readonly redisUrl: string,
  ) {}

  static async start({ nodes = 1, extensions = [], env = {}, servers }: WorldOptions = {}): Promise<World> {
    const database = servers?.database ?? (await createTestDatabase());
    const redisUrl = servers?.redisUrl ?? testRedisUrl();
    const world = new World(await new FakeKaha().start(), database, extensions, redisUrl);
    try {
      for (let index = 0; index < nodes; index++) await world.startNode(env);
    } catch (error) {
      await world.stop();
      throw error;
    }
    return world;
  }

  /** One node more, with variables of its own. @returns its index. */
  async startNode(env: WorldOptions['env'] = {}): Promise<number> {
    const app = await createApp(loadConfig({ ...this.environment, ...env }), this.extensions);
    this.nodes.push(app);
    this.running.add(app);
    await app.listen(0, '127.0.0.1');
    const { port } = app.getHttpServer().address() as AddressInfo;
    this.nodeUrls.push(`http://127.0.0.1:${port}`);
    return this.nodes.length - 1;
  }

  /** Somebody new, whom upstream knows by this name. An `id` makes them one who was there before. */
  person(
    name: string,
    { id = randomUUID(), tenantId = null }: { id?: string; tenantId?: string | null } = {},
  ): Person {
    this.kaha.knowsUsers({ uuid: id, name, avatar_url: null });
    return new Person({ name, id, tenantId }, this.nodeUrls);
  }

  /** Stops one node, as a signal would. */
  async stopNode(index: number): Promise<void> {
    const app = this.nodes[index];
    if (app !== undefined && this.running.delete(app)) await app.close();
  }

  async stop(): Promise<void> {
    try {
      await Promise.all(this.nodes.map((_app, index) => this.stopNode(index)));
    } finally {
      await Promise.all([this.kaha.stop(), this.database.drop()]);
    }
  }

  /** What a node is started with. Tests that start processes of their own use it too. */
  get environment(): Record<string, string> {
    const { TEST_LOG_LEVEL = 'silent' } = process.env;
    return {
      NODE_ENV: 'test',
      LOG_LEVEL: TEST_LOG_LEVEL,
      JWT_SECRET,
      SERVICE_TOKEN,
      DATABASE_URL: this.database.url,
      // The copied schema is the core's; extensions may have more.
      MIGRATE_ON_START: String(this.extensions.length > 0),
      REDIS_URL: this.redisUrl,
      REDIS_KEY_PREFIX: this.redisKeyPrefix,
      KAHA_BASE_URL: this.kaha.baseUrl,
      KAHA_SERVICE_TOKEN: this.kaha.token,
      // Stories are quicker than people. One about a limit sets it.
      RATE_LIMIT_REQUESTS: '0',
      RATE_LIMIT_MESSAGES: '0',
      MAX_CONNECTIONS_PER_USER: '10000',
    };
  }
}
