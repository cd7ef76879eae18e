import { randomUUID } from 'node:crypto';
import type { ServerResponse } from 'node:http';
import type { Socket as TcpSocket } from 'node:net';
import { Injectable } from '@nestjs/common';
import { Server, Socket } from 'engine.io';
import type { FastifyReply } from 'fastify';
import { answerLasts } from '../../common/lasting-answer';
import { DependencyUnavailable } from '../../common/problem';
import { NodeIsFull } from '../door/door.errors';
import { REFUSED } from '../door/handshake';
import type { ChatServer } from '../socket-contract';
import { BEGUN, LiveStreamTransport } from './live-stream-transport';

/** Proxies let go of connections that are silent for half a minute or more. */
const HEARTBEAT_MS = 15_000;
/** A client that takes nothing in for so long has stopped reading. */
const HEARTBEAT_TAKEN_WITHIN_MS = 18_000;
/** Before the request as a whole is too late. */
const OPEN_WITHIN_MS = 4_500;

/** Besides those that every answer has. */
export const STREAM_HEADERS: Readonly<Record<string, string>> = {
  'content-type': 'text/event-stream; charset=utf-8',
  // A stream is the last answer of its connection: so it ends where the connection does, and needs no chunks, which
  // proxies may wait to be filled.
  connection: 'close',
  'x-accel-buffering': 'no',
};

/** What the engine's sockets want to know of a server; requests come to it by the controller alone. */
class StreamEngine extends Server {
  constructor() {
    super({ transports: [], pingInterval: HEARTBEAT_MS, pingTimeout: HEARTBEAT_TAKEN_WITHIN_MS });
  }

  /** A stream is what a client has that can not have a WebSocket. */
  override upgrades(): string[] {
    return [];
  }
}

/** Connections of the engine that are server-sent events. Socket.IO, and all that is built on it, knows no difference. */
@Injectable()
export class LiveStreams {
  private readonly engine = new StreamEngine();
  private server?: ChatServer;

  attach(server: ChatServer): void {
    this.server = server;
  }

  /**
   * Lets a client in by the door that sockets come by. Resolves once its stream has begun, or the client is gone.
   *
   * @param reply to whom; its request has the token.
   * @param auth what a socket would say in its handshake besides the token.
   * @throws DomainError as the handshake refuses sockets, NodeIsFull, DependencyUnavailable; nothing is sent then.
   */
  async open(reply: FastifyReply, auth: { readonly since?: string }): Promise<void> {
    const transport = new LiveStreamTransport(() => begin(reply));
    const connection = new Socket(randomUUID(), this.engine, transport, engineRequest(reply), 4);
    const { socket: tcp } = reply.request.raw;
    // Not of the answer: one that waits for another on its connection is not told of the end of that.
    const lost = (): void => transport.lost();
    tcp.once('close', lost);
    connection.once('close', () => tcp.off('close', lost));
    const begun = beginning(connection, transport, tcp);
    // The Socket.IO server and the door listen there for whoever comes.
    this.server?.engine.emit('connection', connection);
    transport.enter(auth);
    try {
      await begun;
    } catch (refusal) {
      connection.close(true);
      throw refusal;
    }
  }
}

/** The engine reads queries by itself; here there is nothing in it for it. */
function engineRequest({ request }: FastifyReply): ConstructorParameters<typeof Socket>[3] {
  return Object.assign(request.raw, { _query: {} });
}

/** @throws as `open` */
async function beginning(connection: Socket, transport: LiveStreamTransport, tcp: TcpSocket): Promise<void> {
  let late: NodeJS.Timeout | undefined;
  try {
    await new Promise<void>((resolve, reject) => {
      late = setTimeout(() => reject(new DependencyUnavailable('in time')), OPEN_WITHIN_MS);
      transport.once(BEGUN, resolve);
      connection.once(REFUSED, reject);
      // Gone before it was answered; or this node is stopping.
      connection.once('close', () => (tcp.destroyed ? resolve() : reject(new NodeIsFull())));
    });
  } finally {
    clearTimeout(late);
  }
}

function begin(reply: FastifyReply): ServerResponse {
  const { raw: response } = reply;
  reply.hijack();
  // What is written to a connection that has just gone is an error; its end is told besides.
  response.on('error', () => undefined);
  response.removeHeader('transfer-encoding');
  response.writeHead(200, { ...(reply.getHeaders() as Record<string, string>), ...STREAM_HEADERS });
  answerLasts(response);
  return response;
}
