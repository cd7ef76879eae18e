import { Injectable } from '@nestjs/common';

/** So much of a turn of the event loop is for those who come. Whoever is in waits no longer than that for their turn. */
const TURN_MS = 8;

/** How far somebody has come, the furthest first: each of them was let so far to be let in soon. */
const STAGES = ['enter', 'ask', 'knock'] as const;
export type Stage = (typeof STAGES)[number];

/**
 * Lets people in a few at a time. Thousands may come in one moment, when another node has ended; done at a stretch,
 * that would take seconds in which nobody who is in is served. A lone one waits for nothing.
 */
@Injectable()
export class Arrivals {
  private readonly queues: Readonly<Record<Stage, (() => void)[]>> = { enter: [], ask: [], knock: [] };
  /** In this turn of the event loop. */
  private spentMs = 0;
  private isScheduled = false;

  /** @param work takes a millisecond or so, and throws nothing. */
  add(stage: Stage, work: () => void): void {
    this.queues[stage].push(work);
    this.work();
  }

  private work(): void {
    while (this.spentMs < TURN_MS) {
      const next = this.next();
      if (next === undefined) break;
      const started = performance.now();
      next();
      this.spentMs += performance.now() - started;
    }
    if (this.isScheduled || this.spentMs === 0) return;
    this.isScheduled = true;
    setImmediate(() => {
      this.isScheduled = false;
      this.spentMs = 0;
      this.work();
    });
  }

  private next(): (() => void) | undefined {
    for (const stage of STAGES) {
      const work = this.queues[stage].shift();
      if (work !== undefined) return work;
    }
    return undefined;
  }
}
