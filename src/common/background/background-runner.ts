import {
  type BeforeApplicationShutdown,
  Injectable,
  Logger,
  type OnApplicationBootstrap,
} from '@nestjs/common';
import { DiscoveryService } from '@nestjs/core';
import { SchedulerRegistry } from '@nestjs/schedule';
import { DependencyUnavailable } from '../problem';
import { Background, type BackgroundTask } from './background-task';

/** Starts every `@Background()` provider, runs each again and again, and waits for them when the process stops. */
@Injectable()
export class BackgroundRunner implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private readonly logger = new Logger(BackgroundRunner.name);
  private readonly stopping = new AbortController();
  private readonly running = new Set<Promise<void>>();
  private readonly waitingForDependency = new WeakSet<BackgroundTask>();

  constructor(
    private readonly discovery: DiscoveryService,
    private readonly scheduler: SchedulerRegistry,
  ) {}

  onApplicationBootstrap(): void {
    for (const { instance } of this.discovery.getProviders({ metadataKey: Background.KEY })) {
      this.start(instance as BackgroundTask);
    }
  }

  async beforeApplicationShutdown(): Promise<void> {
    this.stopping.abort();
    for (const name of this.scheduler.getTimeouts()) this.scheduler.deleteTimeout(name);
    await Promise.all(this.running);
  }

  private start(task: BackgroundTask): void {
    const round = this.runOnce(task).finally(() => {
      this.running.delete(round);
      if (this.stopping.signal.aborted) return;
      if (this.scheduler.doesExist('timeout', task.name)) this.scheduler.deleteTimeout(task.name);
      this.scheduler.addTimeout(
        task.name,
        setTimeout(() => this.start(task), task.intervalMs),
      );
    });
    this.running.add(round);
  }

  private async runOnce(task: BackgroundTask): Promise<void> {
    try {
      await task.run(this.stopping.signal);
      this.waitingForDependency.delete(task);
    } catch (err) {
      if (err instanceof DependencyUnavailable) {
        // One line for an outage, not one a second.
        if (!this.waitingForDependency.has(task))
          this.logger.warn({ msg: 'a background task waits for what it needs', task: task.name, err });
        this.waitingForDependency.add(task);
        return;
      }
      this.logger.error({ msg: 'a background task failed, it will be tried again', task: task.name, err });
    }
  }
}
