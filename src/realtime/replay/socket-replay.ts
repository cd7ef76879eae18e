import { Injectable, Logger } from '@nestjs/common';
import { DependencyUnavailable, DomainError } from '../../common/problem';
import { MissedMessagesService } from '../../messages';
import { DEFAULT_LIMIT, SyncService } from '../../sync';
import { SlowConsumers } from '../backlog/slow-consumers';
import type { ChatSocket, SyncRequired } from '../socket-contract';
import { HeldDeliveries } from './held-deliveries';
import type { Hold } from './hold';
import { OwedSyncs } from './owed-syncs';
import { PacedSocket, SocketGone } from './paced-socket';
import { Turns } from './turns';

/** Whoever has missed more asks for pages of it. */
const MOST_REPLAYED = 1_000;
/** Pages of changes that are read, or on their way, at once: each is a few hundred kilobytes at most. */
const MOST_SYNCING = 48;

/** A socket that has come, and is not yet where the others are. */
interface Newcomer {
  readonly socket: ChatSocket;
  /** The same, for what is much. */
  readonly paced: PacedSocket;
  readonly hold: Hold;
}

/**
 * Tells a socket that has come what its user missed, then `ready`, and only then what happens. Nothing falls between,
 * because what happens is held from before the first reading on; and nothing is doubled, because what was read is not
 * told again. Whoever reads slowly is told slowly.
 */
@Injectable()
export class SocketReplay {
  private readonly logger = new Logger(SocketReplay.name);
  private readonly turns = new Turns(MOST_SYNCING);

  constructor(
    private readonly missed: MissedMessagesService,
    private readonly changes: SyncService,
    private readonly held: HeldDeliveries,
    private readonly owed: OwedSyncs,
    private readonly slowConsumers: SlowConsumers,
  ) {}

  /** To be called once for a socket, before it can hear anything. Returns at once. */
  begin(socket: ChatSocket): void {
    const paced = new PacedSocket(socket, this.slowConsumers.watch(socket));
    this.welcome({ socket, paced, hold: this.held.begin(socket) }).catch((err: unknown) => {
      if (err instanceof SocketGone) return;
      this.logger.error({ msg: 'a socket could not be told what it missed', err });
      // It comes back; without a `ready` it would wait for ever.
      socket.conn.close();
    });
  }

  private async welcome(newcomer: Newcomer): Promise<void> {
    const { socket, paced, hold } = newcomer;
    const since = await this.bring(newcomer);
    const { userId } = socket.data.actor;
    await paced.tell('ready', { userId, serverTime: new Date().toISOString(), since });
    for (let next = hold.next(); next !== undefined; next = hold.next())
      // As in LocalSockets: the compiler does not know that these are a pair.
      await paced.tell(next.event, next.payload as never);
    if (hold.hasLost) socket.emit('sync_required', { reason: 'missed_events' });
    this.held.release(socket, hold);
  }

  /** @returns a token of what it has been told; null where it has to ask. @throws SocketGone */
  private async bring(newcomer: Newcomer): Promise<string | null> {
    const { socket, paced } = newcomer;
    const { since } = socket.data;
    try {
      return await (since === null ? this.messages(newcomer) : this.pages(newcomer, since));
    } catch (err) {
      if (err instanceof SocketGone) throw err;
      const reason = this.reasonOf(err);
      if (reason === 'unavailable') this.owed.add(socket);
      await paced.tell('sync_required', { reason });
      return null;
    }
  }

  /** The messages after the user's marks. */
  private async messages({ socket, paced, hold }: Newcomer): Promise<string | null> {
    const { actor } = socket.data;
    this.owed.checkPostgres();
    let page = await this.missed.of(actor);
    // That of the first reading: what is committed between two of them is then told twice, and not never.
    const since = await this.changes.tokenAt(actor, page);
    for (let left = MOST_REPLAYED; ; page = await this.missed.after(actor, page.next, left)) {
      for (const message of page.messages) {
        await paced.tell('new_message', { message, replayed: true });
        hold.pass(message.conversationId, message.seq);
      }
      left -= page.messages.length;
      if (page.next === undefined) return since;
      if (left > 0) continue;
      await paced.tell('sync_required', { reason: 'too_many_missed' });
      return null;
    }
  }

  /** What has changed since the client's own token. */
  private async pages({ socket, paced, hold }: Newcomer, since: string): Promise<string> {
    const { actor } = socket.data;
    const { begins } = await this.changes.recognise(actor, since);
    // Where it is from the middle of a walk, this one ends before what was committed until now: there is another.
    for (let token = since, walks = begins ? 1 : 2; ;) {
      const page = await this.turns.take(() => {
        if (!socket.connected) throw new SocketGone();
        this.owed.checkPostgres();
        return this.changes.page(actor, { since: token, limit: DEFAULT_LIMIT });
      });
      await paced.tell('sync', page);
      for (const { conversationId, seq } of page.messages) hold.pass(conversationId, seq);
      token = page.next;
      if (!page.hasMore && --walks === 0) return token;
    }
  }

  private reasonOf(err: unknown): SyncRequired['reason'] {
    const code = err instanceof DomainError ? err.code : undefined;
    if (code === 'invalid_cursor' || code === 'resync_required') return code;
    if (!(err instanceof DependencyUnavailable))
      this.logger.error({ msg: 'what a socket missed could not be read', err });
    return 'unavailable';
  }
}
