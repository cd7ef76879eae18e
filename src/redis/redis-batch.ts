import { Injectable } from '@nestjs/common';
import { RedisConnections } from './redis-connections';

/** Short enough for a person to call it at once, long enough to bring many of them together. */
const TICK_MS = 100;

interface Command {
  readonly words: [name: string, ...args: (string | number)[]];
  readonly resolve: (answer: unknown) => void;
  readonly reject: (error: Error) => void;
}

/**
 * Commands that may wait a moment. Those of a tick leave together, in the order they were given, as one pipeline;
 * in a tick without any nothing is sent. None is kept for a Redis that is away.
 */
@Injectable()
export class RedisBatch {
  private commands: Command[] = [];
  private timer?: NodeJS.Timeout;
  private readonly contributors: (() => void)[] = [];

  constructor(private readonly connections: RedisConnections) {}

  /** @returns what Redis answers. @throws soon when Redis is away, or does not answer. */
  ask(...words: Command['words']): Promise<unknown> {
    this.wake();
    return new Promise((resolve, reject) => this.commands.push({ words, resolve, reject }));
  }

  /** For what is made good by itself where it is lost. */
  say(...words: Command['words']): void {
    this.ask(...words).catch(() => undefined);
  }

  /** Sees to it that this tick ends with a pipeline. */
  wake(): void {
    this.timer ??= setTimeout(() => void this.flush(), TICK_MS).unref();
  }

  /** @param contribute called at the end of each tick, to put into few words what has gathered during it. */
  onTick(contribute: () => void): void {
    this.contributors.push(contribute);
  }

  /** Ends the tick now. Never throws: whoever asked is told. */
  async flush(): Promise<void> {
    for (const contribute of this.contributors) contribute();
    clearTimeout(this.timer);
    this.timer = undefined;
    const commands = this.commands.splice(0);
    if (commands.length === 0) return;
    const answers = await this.answersTo(commands);
    commands.forEach(({ resolve, reject }, index) => {
      const [error, answer] = answers[index] ?? [new Error('Redis did not answer'), undefined];
      if (error === null) resolve(answer);
      else reject(error);
    });
  }

  private async answersTo(
    commands: readonly Command[],
  ): Promise<readonly (readonly [Error | null, unknown])[]> {
    if (!this.connections.commandLink.ready) return [];
    try {
      return (await this.connections.commands.pipeline(commands.map(({ words }) => words)).exec()) ?? [];
    } catch {
      return [];
    }
  }
}
