import type { Frame } from './frame';

/** Three beats missed. */
const SILENT_AFTER_MS = 3_500;
/** Whoever is there has let a beat be heard by then. What they had said before that is not known to be heard. */
export const GETTING_TO_KNOW_MS = 1_500;
/** Between looks. More means that this process stood still, and frames may wait to be read. */
const LONGEST_LOOK_MS = 2_500;
const FORGET_AFTER_MS = 60 * 60 * 1_000;

/**
 * What of a node's frames was not heard.
 * - `some`: said since this process knew that it might miss something of that node.
 * - `ages`: it was not known that there is such a node, so nobody can say how long ago that began.
 */
export type Loss = 'none' | 'some' | 'ages';

interface Sender {
  n: number;
  heardAt: number;
  /** `awaited`: not heard yet since listening began anew. */
  state: 'heard' | 'awaited' | 'silent';
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

  /** Listening begins anew. Whatever was said before, other means have to bring. Who was there is awaited. */
  restart(now: number): void {
    for (const sender of this.senders.values()) {
      if (sender.state === 'silent') continue;
      sender.state = 'awaited';
      sender.heardAt = now;
    }
    this.listeningSince = now;
  }

  /** @returns what this node said before and was lost. */
  hear({ node, n, kind }: Frame, now: number): Loss {
    const sender = this.senders.get(node);
    if (kind === 'bye') this.senders.delete(node);
    else this.senders.set(node, { n: Math.max(n, sender?.n ?? 0), heardAt: now, state: 'heard' });
    // While nodes get to know each other a number is taken as it comes: whoever listens asks for a sync afterwards.
    if (sender?.state !== 'heard' && now - this.listeningSince <= GETTING_TO_KNOW_MS) return 'none';
    // Somebody who shows up later either begins at nothing, or has been missed.
    const expected = (sender?.n ?? 0) + (kind === 'changes' ? 1 : 0);
    if (n <= expected) return 'none';
    return sender === undefined ? 'ages' : 'some';
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
      if (quiet <= SILENT_AFTER_MS || sender.state === 'silent') continue;
      sender.state = 'silent';
      fallen++;
    }
    return fallen;
  }

  /** Instead of that where this process hears nobody: it says nothing of the others. */
  hearsNobody(now: number): void {
    this.lastLook = now;
    for (const sender of this.senders.values()) if (sender.state !== 'silent') sender.heardAt = now;
  }

  /** Nodes that were there and are not heard, or not yet again: they may well go on committing. */
  get missing(): string[] {
    return [...this.senders].flatMap(([node, { state }]) => (state === 'heard' ? [] : [node]));
  }

  /** These are gone, and nothing of what they said is left to be told. One that is heard again is a stranger. */
  forget(nodes: readonly string[]): void {
    for (const node of nodes) if (this.senders.get(node)?.state !== 'heard') this.senders.delete(node);
  }
}
