import { Injectable } from '@nestjs/common';
import type { Delivery } from '../fanout/delivery';
import { userRoom } from '../fanout/user-room';
import type { ChatSocket } from '../socket-contract';
import { Hold } from './hold';

/** Frames of other nodes are late by some hundreds of milliseconds, or their gap is read from the database. */
const LATE_FRAMES_MS = 2_500;

const NOBODY: readonly string[] = [];

/** The sockets here that are being told what they missed, and what each of them is to hear after that. */
@Injectable()
export class HeldDeliveries {
  /** By the room of their user, then by the id of the socket. */
  private readonly holds = new Map<string, Map<string, Hold>>();

  /** People with a socket that is not told everything at once. */
  get size(): number {
    return this.holds.size;
  }

  /** What happens from now on waits for this socket, until `release`, or until it is gone. */
  begin(socket: ChatSocket): Hold {
    const room = userRoom(socket.data.actor);
    const hold = new Hold();
    const those = this.holds.get(room) ?? new Map<string, Hold>();
    this.holds.set(room, those.set(socket.id, hold));
    socket.once('disconnect', () => this.forget(room, socket.id));
    return hold;
  }

  /** It hears what happens from now on. Nothing may wait for it any more. */
  release(socket: ChatSocket, hold: Hold): void {
    hold.close();
    const room = userRoom(socket.data.actor);
    if (hold.hasReplayed) setTimeout(() => this.forget(room, socket.id), LATE_FRAMES_MS).unref();
    else this.forget(room, socket.id);
  }

  /** @returns the ids of those sockets in `rooms` that are not to be told of it now. On the way of every message. */
  withhold(delivery: Delivery, rooms: readonly string[]): readonly string[] {
    if (this.holds.size === 0) return NOBODY;
    const withheld: string[] = [];
    for (const room of rooms)
      for (const [socketId, hold] of this.holds.get(room) ?? [])
        if (hold.withholds(delivery)) withheld.push(socketId);
    return withheld;
  }

  private forget(room: string, socketId: string): void {
    const those = this.holds.get(room);
    those?.delete(socketId);
    if (those?.size === 0) this.holds.delete(room);
  }
}
