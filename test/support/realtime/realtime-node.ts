import type { AddressInfo } from 'node:net';
import { Global, Injectable, type INestApplication, Logger, Module } from '@nestjs/common';
import { FastifyAdapter } from '@nestjs/platform-fastify';
import { Test } from '@nestjs/testing';
import {
  AuthModule,
  Authenticator,
  TokenExpired,
  Unauthenticated,
  type VerifiedToken,
} from '../../../src/auth';
import type { Actor } from '../../../src/common/actor';
import { NIL_UUID } from '../../../src/common/uuid';
import { RealtimeConfig } from '../../../src/config';
import { HistoryService, MessagesModule, MessagesService } from '../../../src/messages';
import { type Announcement, EventAnnouncer, OutboxModule } from '../../../src/outbox';
import { ChatIoAdapter, RealtimeModule } from '../../../src/realtime';
import { RedisChannels, RedisConnections, RedisHealth, RedisModule } from '../../../src/redis';
import { RedisStandIn, type StandInLink } from './redis-stand-in';

export const ORIGIN = 'https://app.example.org';

/** Takes `<user id>[ <seconds to live>]` for a token, and a few words that are none. */
class FakeAuthenticator {
  async fromToken(token: unknown): Promise<VerifiedToken> {
    if (typeof token !== 'string') throw new Unauthenticated('Send a token.');
    if (token === 'expired') throw new TokenExpired();
    if (token === 'fault') throw new Error('password of the database is hunter2');
    const [userId = '', seconds = '3600'] = token.split(' ');
    if (userId.length !== 36) throw new Unauthenticated('The token is not a valid JWT.');
    await new Promise((resolve) => setTimeout(resolve, 5));
    return {
      actor: { tenantId: NIL_UUID, userId },
      issuedAt: null,
      expiresAt: new Date(Date.now() + Number(seconds) * 1_000),
    };
  }

  fromHeader(authorization: string | undefined): Promise<VerifiedToken> {
    return this.fromToken(authorization?.replace(/^Bearer /, ''));
  }
}

type Sending = (actor: Actor, command: { conversationId: string; content?: string }) => Promise<unknown>;

/** The realtime module of one node on a real port, with everything beneath it made up. */
export interface RealtimeNode {
  readonly url: string;
  readonly port: number;
  readonly link: StandInLink;
  /** What `send_message` does. */
  sending: Sending;
  /** What the database says of a gap. */
  history: Announcement[];
  commits(...announcements: Announcement[]): void;
  close(): Promise<void>;
}

export async function startRealtimeNode({
  maxConnections = 100,
  redis = new RedisStandIn(),
}: { maxConnections?: number; redis?: RedisStandIn } = {}): Promise<RealtimeNode> {
  Logger.overrideLogger(false);
  const link = redis.link();
  const made = { sending: (() => Promise.resolve({ id: 'm' })) as Sending, history: [] as Announcement[] };
  const app = await application(made, link, { maxConnections, corsOrigins: [ORIGIN] });
  const { port } = app.getHttpServer().address() as AddressInfo;
  return Object.assign(made, {
    url: `http://127.0.0.1:${port}`,
    port,
    link,
    commits: (...announcements: Announcement[]) => app.get(EventAnnouncer).announce(announcements),
    close: () => app.close(),
  });
}

async function application(
  made: { sending: Sending; history: Announcement[] },
  link: StandInLink,
  config: RealtimeConfig,
): Promise<INestApplication> {
  @Global()
  @Module({ providers: [{ provide: RealtimeConfig, useValue: config }], exports: [RealtimeConfig] })
  class FakeConfig {}

  const messages = {
    send: async (actor: Actor, command: { conversationId: string }) => ({
      message: await made.sending(actor, command),
      replayed: false,
    }),
  };
  const history = {
    announcementsBetween: (_tenant: string, id: string, after: number, before: number) =>
      Promise.resolve(
        made.history.filter(({ event }) => event.key === id && event.rev > after && event.rev < before),
      ),
  };
  const redis = [
    { provide: RedisChannels, useValue: link },
    { provide: RedisHealth, useValue: link },
    { provide: RedisConnections, useValue: { key: (name: string) => name } },
  ];
  const module = await Test.createTestingModule({ imports: [FakeConfig, RealtimeModule] })
    .overrideModule(AuthModule)
    .useModule(standIn([{ provide: Authenticator, useValue: new FakeAuthenticator() }]))
    .overrideModule(MessagesModule)
    .useModule(
      standIn([
        { provide: MessagesService, useValue: messages },
        { provide: HistoryService, useValue: history },
      ]),
    )
    .overrideModule(RedisModule)
    .useModule(standIn(redis))
    .overrideModule(OutboxModule)
    .useModule(standIn([{ provide: EventAnnouncer, useClass: EventAnnouncer }]))
    .compile();

  const app = module.createNestApplication(new FastifyAdapter(), { logger: false });
  app.useWebSocketAdapter(new ChatIoAdapter(app));
  await app.listen(0, '127.0.0.1');
  return app;
}

type Provider = { provide: new (...args: never[]) => unknown; useValue?: unknown; useClass?: never };

function standIn(providers: readonly object[]): new () => object {
  @Module({
    providers: providers as never[],
    exports: (providers as readonly Provider[]).map(({ provide }) => provide),
  })
  @Injectable()
  class StandIn {}
  return StandIn;
}
