import { setTimeout as delay } from 'node:timers/promises';
import { Injectable, Logger, type OnApplicationShutdown } from '@nestjs/common';
import { DependencyUnavailable } from '../../common/problem';
import { Database } from '../../database';
import type { ChatSocket } from '../socket-contract';

const LOOK_MS = 500;
/** They ask for much at once, so not all of them at the same moment. */
const SLICE = 100;
const SLICE_EVERY_MS = 100;

/** Sockets that came while Postgres was away: nobody knows what they missed. They are told to ask once it answers. */
@Injectable()
export class OwedSyncs implements OnApplicationShutdown {
  private readonly logger = new Logger(OwedSyncs.name);
  private readonly owed = new Set<ChatSocket>();
  private isLooking = false;
  private isAway = false;
  private stopped = false;

  constructor(private readonly database: Database) {}

  /**
   * Where a reading has failed and Postgres has not answered since, there is no need to wait for another failure.
   *
   * @throws DependencyUnavailable
   */
  checkPostgres(): void {
    if (this.isAway) throw new DependencyUnavailable('postgres');
  }

  /** Could not be told what it missed. */
  add(socket: ChatSocket): void {
    if (!socket.connected || this.stopped) return;
    this.owed.add(socket);
    socket.once('disconnect', () => this.owed.delete(socket));
    this.isAway = true;
    if (!this.isLooking) void this.lookUntilDone();
  }

  onApplicationShutdown(): void {
    this.stopped = true;
    this.owed.clear();
  }

  private async lookUntilDone(): Promise<void> {
    this.isLooking = true;
    while (this.owed.size > 0) {
      await delay(LOOK_MS, undefined, { ref: false });
      if (this.owed.size > 0 && (await this.isBack())) await this.tellAll();
    }
    this.isAway = false;
    this.isLooking = false;
  }

  private async isBack(): Promise<boolean> {
    try {
      return await this.database.answers();
    } catch {
      return false;
    }
  }

  private async tellAll(): Promise<void> {
    this.isAway = false;
    this.logger.log({
      msg: 'sockets that came while postgres was away are told to sync',
      sockets: this.owed.size,
    });
    while (this.owed.size > 0 && !this.isAway) {
      for (const socket of [...this.owed].slice(0, SLICE)) {
        this.owed.delete(socket);
        socket.emit('sync_required', { reason: 'unavailable' });
      }
      if (this.owed.size > 0) await delay(SLICE_EVERY_MS, undefined, { ref: false });
    }
  }
}
