import { createHash } from 'node:crypto';
import { Injectable, Logger, type OnApplicationShutdown, type OnModuleInit } from '@nestjs/common';
import type { Actor } from '../../common/actor';
import { tenantKey } from '../../common/tenant-key';
import { RealtimeConfig } from '../../config';
import { RedisChannels, RedisConnections } from '../../redis';
import { FrameChannels } from '../frames/frame-channels';
import { SEATS_SCRIPT } from './seats.script';

const BEAT_MS = 1_000;
/** Of a node that was not heard for so long no connection counts. As long as its lease in Postgres. */
const GONE_AFTER_MS = 3_000;
/** What nobody writes to any more, since all its nodes are gone, does not stay for ever. */
const KEEP_MS = 24 * 60 * 60 * 1_000;
/** Before what is kept ends. */
const WRITE_ANEW_MS = 8 * 60 * 60 * 1_000;
/** In one command: so many hold Redis up for a millisecond or two. */
const MOST_AT_ONCE = 250;
const LEAVES = -1;

const SCRIPT_SHA = createHash('sha1').update(SEATS_SCRIPT).digest('hex');

interface Seat {
  readonly key: string;
  /** On the clock of `performance.now()`. */
  readonly since: number;
}

/**
 * What all nodes together know of who has how many connections: in Redis, a sorted set for each person, a connection's
 * age its score. A node says every second that it is there; what was written by one that is not counts no more, so
 * nobody has to clear up after a node that was killed. Nothing waits for it: it tells afterwards who is one too many.
 */
@Injectable()
export class ConnectionRegister implements OnModuleInit, OnApplicationShutdown {
  private readonly logger = new Logger(ConnectionRegister.name);
  /** Those of this node, by the id of their socket. */
  private readonly seats = new Map<string, Seat>();
  private readonly entering = new Set<string>();
  private readonly leaving = new Map<string, Seat>();
  private readonly listeners: ((socketId: string) => void)[] = [];
  private timer?: NodeJS.Timeout;
  private beating = false;
  private writing = false;
  /** Whether all of `seats` is in Redis, or on its way there, and nothing else of this node. */
  private inStep = false;
  /** With it this node goes by another name: what it has written under the one before counts no more. */
  private edition = 0;
  private writtenAnewAt = -Infinity;

  constructor(
    private readonly config: RealtimeConfig,
    private readonly connections: RedisConnections,
    private readonly channels: RedisChannels,
    private readonly names: FrameChannels,
  ) {}

  onModuleInit(): void {
    this.channels.listen(this.channelOf(this.names.node), (_channel, socketId) => this.oneTooMany(socketId));
    // Whoever was found to be one too many while nobody listened has to be found again.
    this.channels.onSubscribed(() => {
      this.inStep = false;
      void this.beat();
    });
    this.timer = setInterval(() => void this.beat(), BEAT_MS).unref();
  }

  async onApplicationShutdown(): Promise<void> {
    clearInterval(this.timer);
    await this.connections.commands.del(this.beatKey).catch(() => undefined);
  }

  /** Calls `listener` with the id of each socket of this node that is to be closed. */
  onOneTooMany(listener: (socketId: string) => void): void {
    this.listeners.push(listener);
  }

  enter({ tenantId, userId }: Actor, socketId: string): void {
    const key = this.connections.key(tenantKey(tenantId, `connections:${userId}`));
    this.seats.set(socketId, { key, since: performance.now() });
    if (!this.inStep) return;
    this.entering.add(socketId);
    void this.write();
  }

  leave(socketId: string): void {
    const seat = this.seats.get(socketId);
    this.seats.delete(socketId);
    if (seat === undefined || !this.inStep) return;
    this.entering.delete(socketId);
    this.leaving.set(socketId, seat);
    void this.write();
  }

  private get name(): string {
    return `${this.names.node}.${this.edition}`;
  }

  private get beatKey(): string {
    return this.connections.key(`connections-of:${this.name}`);
  }

  private channelOf(node: string): string {
    return this.connections.key(`one-too-many:${node}`);
  }

  private oneTooMany(socketId: string): void {
    for (const listener of this.listeners) listener(socketId);
  }

  /** Says that this node is there, and writes everything anew where what was written may be wrong, or gone. */
  private async beat(): Promise<void> {
    if (this.beating) return;
    this.beating = true;
    try {
      const isOld = performance.now() - this.writtenAnewAt > WRITE_ANEW_MS;
      if (!this.inStep) {
        // Or what was written under the old name would count besides, until its beat is over.
        await this.connections.commands.del(this.beatKey);
        this.edition++;
      }
      const before = await this.connections.commands.set(this.beatKey, '1', 'PX', GONE_AFTER_MS, 'GET');
      if (!this.inStep || before === null || isOld) await this.writeAnew();
    } catch {
      this.inStep = false;
    } finally {
      this.beating = false;
    }
  }

  private async writeAnew(): Promise<void> {
    await this.connections.commands.script('LOAD', SEATS_SCRIPT);
    this.inStep = true;
    this.writtenAnewAt = performance.now();
    this.leaving.clear();
    for (const socketId of this.seats.keys()) this.entering.add(socketId);
    void this.write();
  }

  /** What comes while a command is under way goes out with the next. */
  private async write(): Promise<void> {
    if (this.writing) return;
    this.writing = true;
    try {
      await new Promise(setImmediate);
      while (this.inStep && this.entering.size + this.leaving.size > 0) await this.writeSome();
    } catch (err) {
      // Redis may have done it or not, and what left is not known to have left.
      this.inStep = false;
      this.logger.warn({ msg: 'connections are counted by each node for itself', err });
    } finally {
      this.writing = false;
      if (!this.inStep) this.entering.clear();
      if (!this.inStep) this.leaving.clear();
    }
  }

  private async writeSome(): Promise<void> {
    const now = performance.now();
    const keys: string[] = [];
    const changes: (string | number)[] = [];
    const add = ({ key }: Seat, socketId: string, age: number): void => {
      keys.push(key);
      changes.push(`${this.name} ${socketId}`, age);
    };
    for (const [socketId, seat] of firstOf(this.leaving, MOST_AT_ONCE)) {
      this.leaving.delete(socketId);
      add(seat, socketId, LEAVES);
    }
    for (const socketId of firstOf(this.entering, MOST_AT_ONCE - keys.length)) {
      this.entering.delete(socketId);
      const seat = this.seats.get(socketId);
      if (seat !== undefined) add(seat, socketId, Math.round(now - seat.since));
    }
    const shared = [this.config.maxConnectionsPerUser, KEEP_MS, this.connections.key('connections-of:')];
    const channel = this.channelOf('');
    const { commands } = this.connections;
    await commands.evalsha(SCRIPT_SHA, keys.length, ...keys, ...shared, channel, ...changes);
  }
}

function firstOf<T>(all: Iterable<T>, most: number): T[] {
  const first: T[] = [];
  for (const one of all) {
    if (first.length >= most) break;
    first.push(one);
  }
  return first;
}
