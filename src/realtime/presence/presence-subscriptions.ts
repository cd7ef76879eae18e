import { Injectable } from '@nestjs/common';
import type { Actor } from '../../common/actor';
import { tenantKey } from '../../common/tenant-key';
import type { ChatSocket } from '../socket-contract';

/** People one socket may follow at once. */
export const MOST_FOLLOWED = 500;

/** What a socket shows of somebody; `hidden`: offline, because they may not see more. */
export type Shown = 'online' | 'offline' | 'hidden';

/** Somebody whom sockets of this process follow. */
export interface Followed {
  readonly person: Actor;
  /** As far as it is known here, whoever may see it. */
  isOnline: boolean;
  /** When that was last read. */
  knownAt: number;
  /** The key was not there when last looked; since when. */
  missingSince: number | undefined;
  /** When a process last said that it has a socket of theirs. */
  cameAt: number;
  /** They have left for good, says the process that they were at. */
  hasLeft: boolean;
  /** Who follows them, and what it shows. */
  readonly followers: Map<ChatSocket, Shown>;
}

/** Which socket follows whom. */
@Injectable()
export class PresenceSubscriptions {
  private readonly people = new Map<string, Followed>();
  private readonly bySocket = new Map<ChatSocket, Set<Followed>>();

  /** Everybody who is followed. */
  all(): IterableIterator<Followed> {
    return this.people.values();
  }

  find({ tenantId, userId }: Actor): Followed | undefined {
    return this.people.get(tenantKey(tenantId, userId));
  }

  /** Whom this socket follows. */
  of(socket: ChatSocket): ReadonlySet<Followed> {
    return this.bySocket.get(socket) ?? new Set();
  }

  /** How many this socket would follow, with these. */
  countWith(socket: ChatSocket, people: readonly Actor[]): number {
    const known = this.of(socket);
    const further = people.filter((person) => {
      const followed = this.find(person);
      return followed === undefined || !known.has(followed);
    });
    return known.size + further.length;
  }

  /** @param shown what the socket was told of them. */
  add(socket: ChatSocket, person: Actor, shown: Shown, now: number): Followed {
    const followed = this.find(person) ?? this.addPerson(person, shown === 'online', now);
    followed.followers.set(socket, shown);
    const mine = this.bySocket.get(socket) ?? new Set();
    this.bySocket.set(socket, mine.add(followed));
    return followed;
  }

  remove(socket: ChatSocket, person: Actor): void {
    const followed = this.find(person);
    if (followed === undefined) return;
    this.bySocket.get(socket)?.delete(followed);
    this.drop(socket, followed);
  }

  removeAll(socket: ChatSocket): void {
    for (const followed of this.of(socket)) this.drop(socket, followed);
    this.bySocket.delete(socket);
  }

  private addPerson(person: Actor, isOnline: boolean, now: number): Followed {
    const followed: Followed = {
      person,
      isOnline,
      knownAt: now,
      missingSince: undefined,
      cameAt: -Infinity,
      hasLeft: false,
      followers: new Map(),
    };
    this.people.set(tenantKey(person.tenantId, person.userId), followed);
    return followed;
  }

  private drop(socket: ChatSocket, followed: Followed): void {
    followed.followers.delete(socket);
    const { tenantId, userId } = followed.person;
    if (followed.followers.size === 0) this.people.delete(tenantKey(tenantId, userId));
  }
}
