import { Injectable } from '@nestjs/common';
import type { Actor } from '../../common/actor';
import { Metrics } from '../../telemetry';
import { HeldDeliveries } from '../replay/held-deliveries';
import type { ChatServer, ChatSocket, ServerToClient, SyncRequired } from '../socket-contract';
import type { Delivery } from './delivery';
import { userRoom } from './user-room';

/** The sockets of this process, by the people behind them. */
@Injectable()
export class LocalSockets {
  private server?: ChatServer;

  constructor(
    metrics: Metrics,
    private readonly held: HeldDeliveries,
  ) {
    metrics.gauge(
      { name: 'chat_sockets_connected', help: 'Sockets that were let in and are open.' },
      () => this.count,
    );
  }

  attach(server: ChatServer): void {
    this.server = server;
  }

  get isEmpty(): boolean {
    return this.count === 0;
  }

  /** From now on `socket` hears what its user may hear. */
  enter(socket: ChatSocket): void {
    void socket.join(userRoom(socket.data.actor));
  }

  all(): ChatSocket[] {
    return [...(this.server?.sockets.sockets.values() ?? [])];
  }

  get(socketId: string): ChatSocket | undefined {
    return this.server?.sockets.sockets.get(socketId);
  }

  /** Those of one person, in the order they came. */
  of(person: Actor): ChatSocket[] {
    const ids = this.server?.sockets.adapter.rooms.get(userRoom(person)) ?? [];
    return [...ids].flatMap((id) => this.server?.sockets.sockets.get(id) ?? []);
  }

  /** Everybody with a socket here; several times, who has several. */
  *people(): Iterable<Actor> {
    for (const { data } of this.server?.sockets.sockets.values() ?? []) yield data.actor;
  }

  /** Whether any of these people has a socket here. */
  include(tenantId: string, userIds: readonly string[]): boolean {
    return this.roomsOf(tenantId, userIds).length > 0;
  }

  /**
   * To every device here of everybody in the audience; encoded once for all of them. To those that are still being told
   * what they missed after that.
   */
  deliver(delivery: Delivery): void {
    const { tenantId, audience, packet } = delivery;
    if (packet === null) return;
    const rooms = this.roomsOf(tenantId, audience);
    if (rooms.length === 0) return;
    const withheld = this.held.withhold(delivery, rooms);
    const { event, payload } = packet;
    const hearers = this.server?.local.to(rooms);
    // The table in live-packet.ts pairs event and payload; the compiler can not follow it through here.
    // The room of a socket's id is its own.
    (withheld.length === 0 ? hearers : hearers?.except([...withheld]))?.emit(event, payload as never);
  }

  /** To every device here of one person, and nobody else. */
  tell<Event extends keyof ServerToClient>(
    person: Actor,
    event: Event,
    ...frame: Parameters<ServerToClient[Event]>
  ): void {
    this.server?.local.to(userRoom(person)).emit(event, ...frame);
  }

  askToSync(tenantId: string, userIds: readonly string[], reason: SyncRequired['reason']): void {
    const rooms = this.roomsOf(tenantId, userIds);
    if (rooms.length > 0) this.server?.local.to(rooms).emit('sync_required', { reason });
  }

  askTheseToSync(sockets: readonly ChatSocket[], reason: SyncRequired['reason']): void {
    for (const socket of sockets) socket.emit('sync_required', { reason });
  }

  private get count(): number {
    return this.server?.sockets.sockets.size ?? 0;
  }

  /** Only rooms with somebody in them: for the others a packet would be encoded in vain. */
  private roomsOf(tenantId: string, userIds: readonly string[]): string[] {
    const occupied = this.server?.sockets.adapter.rooms;
    if (occupied === undefined) return [];
    return userIds.map((userId) => userRoom({ tenantId, userId })).filter((room) => occupied.has(room));
  }
}
