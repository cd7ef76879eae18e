import type { Delivery } from '../fanout/delivery';
import type { LivePacket } from '../fanout/live-packet';

/** What waits for one socket is no more than what may be replayed to it, and no larger than what may be queued. */
const MOST_HELD = 1_000;
const MOST_CHARACTERS_HELD = 512 * 1024;

/** What is looked at of a payload. It may come from another node, and nothing of it is believed to be there. */
interface Looked {
  readonly message?: {
    readonly conversationId?: unknown;
    readonly seq?: unknown;
    readonly content?: unknown;
    readonly contentHtml?: unknown;
  } | null;
}

/**
 * The live changes that one socket is not told of yet, because it is still being told what it missed; and how far that
 * has come, so that no message is told twice. Knows no socket and no time.
 */
export class Hold {
  private readonly held: Delivery[] = [];
  private characters = 0;
  private isOpen = true;
  private lost = false;
  /** The highest seq that was replayed, by conversation. */
  private readonly replayed = new Map<string, number>();

  /** Whether changes had to be dropped because too many waited. */
  get hasLost(): boolean {
    return this.lost;
  }

  get hasReplayed(): boolean {
    return this.replayed.size > 0;
  }

  /** A message was replayed. Those before it in its conversation were, too, or had been heard of. */
  pass(conversationId: string, seq: number): void {
    this.replayed.set(conversationId, Math.max(seq, this.replayed.get(conversationId) ?? 0));
  }

  /** @returns whether the socket must not be told of it now: later, or never, because it was replayed. */
  withholds(delivery: Delivery): boolean {
    if (this.isRepetition(delivery)) return true;
    if (this.isOpen) this.keep(delivery);
    return this.isOpen;
  }

  /** What is to be told next, and is held no longer; undefined when nothing waits. */
  next(): LivePacket | undefined {
    for (let next = this.held.shift(); next !== undefined; next = this.held.shift()) {
      this.characters -= charactersOf(next);
      if (next.packet !== null && !this.isRepetition(next)) return next.packet;
    }
    return undefined;
  }

  /** From now on it withholds repetitions only: a frame of another node may still be on its way. */
  close(): void {
    this.isOpen = false;
  }

  private keep(delivery: Delivery): void {
    // Nothing that comes after something that was lost: told, it would hide that there is a gap before it.
    this.lost ||= this.held.length >= MOST_HELD || this.characters >= MOST_CHARACTERS_HELD;
    if (this.lost) return;
    this.held.push(delivery);
    this.characters += charactersOf(delivery);
  }

  private isRepetition({ conversationId, packet }: Delivery): boolean {
    if (packet?.event !== 'new_message' || this.replayed.size === 0) return false;
    const { seq } = (packet.payload as Looked).message ?? {};
    return typeof seq === 'number' && seq <= (this.replayed.get(conversationId) ?? 0);
  }
}

/** Near enough: a frame is its texts and some hundreds of characters more. */
function charactersOf({ packet }: Delivery): number {
  const { content, contentHtml } = (packet?.payload as Looked | undefined)?.message ?? {};
  return lengthOf(content) + lengthOf(contentHtml);
}

function lengthOf(text: unknown): number {
  return typeof text === 'string' ? text.length : 0;
}
