import type { Frame } from './frame';

/** Three beats missed. */
const SILENT_AFTER_MS = 3_500;
/** Whoever is there has let a beat be heard by then. What they had said before that is not known to be heard. */
export const GETTING_TO_KNOW_MS = 1_500;
/** Between looks. More means that this process stood still, and frames may wait to be read. */
const LONGEST_LOOK_MS = 2_500;
const FORGET_AFTER_MS = 60 * 60 * 1_000;

interface Sender {
  n: number;
  heardAt: number;
  silent: boolean;
}

/** Follows the numbers of each node's frames, to notice what was not heard. Knows no clock: times are given to it. */
export class SenderNumbers {
  private readonly senders = new Map<string, Sender>();
  private listeningSince: number;
  private lastLook: number;

  constructor(now: number) {
    this.listeningSince = now;
    this.lastLook = now;
  }

  /** Listening begins anew. Whatever was said before, other means have to bring. */
  restart(now: number): void {
    this.senders.clear();
    this.listeningSince = now;
  }

  /** @returns whether something this node said before was lost. */
  hear({ node, n, kind }: Frame, now: number): boolean {
    const sender = this.senders.get(node);
    const expected = (sender?.n ?? this.firstHeard(n, kind, now)) + (kind === 'changes' ? 1 : 0);
    if (kind === 'bye') this.senders.delete(node);
    else this.senders.set(node, { n: Math.max(n, sender?.n ?? 0), heardAt: now, silent: false });
    return n > expected;
  }

  /** To be asked about once a second. @returns how many nodes have fallen silent since, and may have said more. */
  fallenSilent(now: number): number {
    const overslept = now - this.lastLook > LONGEST_LOOK_MS;
    this.lastLook = now;
    let fallen = 0;
    for (const [node, sender] of this.senders) {
      if (overslept) sender.heardAt = Math.max(sender.heardAt, now - LONGEST_LOOK_MS);
      const quiet = now - sender.heardAt;
      if (quiet > FORGET_AFTER_MS) this.senders.delete(node);
      if (quiet <= SILENT_AFTER_MS || sender.silent) continue;
      sender.silent = true;
      fallen++;
    }
    return fallen;
  }

  /** Whether a node that was there is not heard any more, which may well go on committing. */
  get anybodySilent(): boolean {
    for (const { silent } of this.senders.values()) if (silent) return true;
    return false;
  }

  /**
   * While nodes get to know each other a number is taken as it comes: whoever listens asks for a sync afterwards.
   * Somebody who shows up later either begins at nothing, or has been missed.
   */
  private firstHeard(n: number, kind: Frame['kind'], now: number): number {
    if (now - this.listeningSince > GETTING_TO_KNOW_MS) return 0;
    return kind === 'changes' ? n - 1 : n;
  }
}
