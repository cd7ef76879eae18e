import { randomUUID } from 'node:crypto';
import type { AddressInfo } from 'node:net';
import { Global, Logger, Module } from '@nestjs/common';
import { FastifyAdapter } from '@nestjs/platform-fastify';
import { Test } from '@nestjs/testing';
import { Authenticator, AuthModule } from '../../../src/auth';
import type { Actor } from '../../../src/common/actor';
import { NIL_UUID } from '../../../src/common/uuid';
import { ClusterModule, DeadNodes } from '../../../src/cluster';
import {
  DatabaseConfig,
  HttpConfig,
  RateLimitConfig,
  RealtimeConfig,
  RedisConfig,
} from '../../../src/config';
import {
  ConversationsModule,
  ListenersService,
  ReceiptsService,
  UnreadService,
} from '../../../src/conversations';
import { Database } from '../../../src/database';
import type { MessageDto } from '../../../src/message-view';
import {
  EditingService,
  HistoryService,
  MessagesModule,
  MessagesService,
  MissedMessagesService,
} from '../../../src/messages';
import { type Announcement, EventAnnouncer, OutboxModule } from '../../../src/outbox';
import {
  OnlineKeys,
  OwnPresence,
  PresenceModule,
  PresenceNews,
  PresenceService,
  VisiblePresence,
} from '../../../src/presence';
import { ChatIoAdapter, RealtimeModule } from '../../../src/realtime';
import { RedisBatch, RedisChannels, RedisConnections, RedisHealth, RedisModule } from '../../../src/redis';
import { SyncModule, SyncService } from '../../../src/sync';
import { ValidSessions, VisibilityAnnouncer } from '../../../src/users';
import { aMessage } from './deliveries';
import { FakeAuthenticator } from './fake-authenticator';
import { RedisStandIn, type StandInLink } from './redis-stand-in';

export const ORIGIN = 'https://app.example.org';

interface Options {
  readonly maxConnections?: number;
  readonly maxConnectionsPerUser?: number;
  /** The URL of a real one, or what stands in for it. */
  readonly redis?: string | StandInLink;
}

/** What lies beneath the module, made up: set by the test. */
class Beneath {
  /** What `send_message` does. */
  sending: (actor: Actor, command: { conversationId: string }) => Promise<unknown> = () =>
    Promise.resolve(aMessage(1));
  /** What the database says of a gap. */
  history: readonly Announcement[] = [];
  /** What it says that somebody has missed. */
  missed: () => Promise<readonly MessageDto[]> = () => Promise.resolve([]);

  async send(actor: Actor, command: { conversationId: string }): Promise<unknown> {
    return { message: await this.sending(actor, command), replayed: false };
  }

  announcementsBetween(
    _tenantId: string,
    id: string,
    after: number,
    before: number,
  ): Promise<Announcement[]> {
    const between = ({ event: { key, rev } }: Announcement): boolean =>
      key === id && rev > after && rev < before;
    return Promise.resolve(this.history.filter(between));
  }
}

/** The realtime module of one node on a real port. */
export class RealtimeNode extends Beneath {
  private constructor(
    readonly port: number,
    readonly commits: (...announcements: Announcement[]) => void,
    /** From now on the tokens that this user has are good no more. */
    readonly revokes: (userId: string) => void,
    readonly close: () => Promise<void>,
  ) {
    super();
  }

  get url(): string {
    return `http://127.0.0.1:${this.port}`;
  }

  static async start({
    maxConnections = 100,
    maxConnectionsPerUser = 100,
    redis = new RedisStandIn().link(),
  }: Options = {}): Promise<RealtimeNode> {
    Logger.overrideLogger(false);
    let node: Beneath = new Beneath();
    const sessions = new ValidSessions();
    const replay = {
      of: async () => ({ messages: await node.missed(), snapshot: '1:1:', takenAt: new Date() }),
      tokenAt: () => Promise.resolve('a-token'),
    };
    const core = {
      send: (actor: Actor, command: { conversationId: string }) => node.send(actor, command),
      announcementsBetween: (...gap: Parameters<Beneath['announcementsBetween']>) =>
        node.announcementsBetween(...gap),
    };
    const testing = Test.createTestingModule({
      imports: [
        globally(
          {
            provide: RealtimeConfig,
            useValue: { maxConnections, maxConnectionsPerUser, corsOrigins: [ORIGIN] },
          },
          { provide: RateLimitConfig, useValue: { requests: 0, messages: 0 } },
          { provide: HttpConfig, useValue: { trustProxy: [] } },
          { provide: ValidSessions, useValue: sessions },
          { provide: VisibilityAnnouncer, useValue: new VisibilityAnnouncer() },
          { provide: DatabaseConfig, useValue: { nodeId: randomUUID() } },
          { provide: RedisConfig, useValue: { url: redis, keyPrefix: 'realtime-node:' } },
          { provide: Database, useValue: { answers: () => Promise.resolve(true) } },
        ),
        RealtimeModule,
      ],
    })
      .overrideModule(AuthModule)
      .useModule(offering({ provide: Authenticator, useValue: new FakeAuthenticator() }))
      .overrideModule(ClusterModule)
      .useModule(offering({ provide: DeadNodes, useValue: { buried: () => Promise.resolve([]) } }))
      .overrideModule(MessagesModule)
      .useModule(
        offering(
          { provide: MessagesService, useValue: core },
          { provide: EditingService, useValue: core },
          { provide: HistoryService, useValue: core },
          { provide: MissedMessagesService, useValue: replay },
        ),
      )
      .overrideModule(ConversationsModule)
      .useModule(
        offering(
          { provide: ListenersService, useValue: {} },
          { provide: ReceiptsService, useValue: core },
          { provide: UnreadService, useValue: { of: () => Promise.resolve([]) } },
        ),
      )
      .overrideModule(SyncModule)
      .useModule(offering({ provide: SyncService, useValue: replay }))
      .overrideModule(PresenceModule)
      .useModule(nobodyThere())
      .overrideModule(OutboxModule)
      .useModule(offering({ provide: EventAnnouncer, useValue: new EventAnnouncer() }));
    if (typeof redis !== 'string') testing.overrideModule(RedisModule).useModule(redisOf(redis));

    const app = (await testing.compile()).createNestApplication(new FastifyAdapter(), { logger: false });
    app.useWebSocketAdapter(new ChatIoAdapter(app));
    await app.listen(0, '127.0.0.1');
    const { port } = app.getHttpServer().address() as AddressInfo;
    const announcer = app.get(EventAnnouncer);
    const started = new RealtimeNode(
      port,
      (...announcements) => announcer.announce(announcements),
      (userId) => sessions.revoke({ tenantId: NIL_UUID, userId }, new Date()),
      () => app.close(),
    );
    node = started;
    return started;
  }
}

/** Publish and subscribe is all that the stand-in does. */
const NO_COMMANDS = new Proxy({}, { get: () => () => Promise.reject(new Error('Redis is away')) });

interface Offer {
  readonly provide: abstract new (...args: never[]) => unknown;
  readonly useValue: unknown;
}

/** Who is online is none of these tests' business. */
function nobodyThere(): new () => object {
  return offering(
    { provide: OwnPresence, useValue: { enter: () => undefined, leave: () => undefined } },
    { provide: PresenceNews, useValue: { listen: () => undefined } },
    { provide: PresenceService, useValue: {} },
    { provide: OnlineKeys, useValue: {} },
    { provide: VisiblePresence, useValue: {} },
  );
}

function redisOf(link: StandInLink): new () => object {
  return offering(
    { provide: RedisChannels, useValue: link },
    { provide: RedisHealth, useValue: link },
    { provide: RedisConnections, useValue: { key: (name: string) => name, commands: NO_COMMANDS } },
    { provide: RedisBatch, useValue: { onTick: () => undefined } },
  );
}

function offering(...offers: Offer[]): new () => object {
  @Module({ providers: offers, exports: offers.map(({ provide }) => provide) })
  class Offering {}
  return Offering;
}

function globally(...offers: Offer[]): new () => object {
  @Global()
  @Module({ providers: offers, exports: offers.map(({ provide }) => provide) })
  class Globally {}
  return Globally;
}
