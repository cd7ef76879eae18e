import { DiscoveryService } from '@nestjs/core';

/** Work that goes on without anybody asking. Mark the provider with `@Background()`. */
export interface BackgroundTask {
  readonly name: string;
  /** Time from the end of one run to the start of the next. The first run is at start. */
  readonly intervalMs: number;
  /**
   * One round of the work. Must be right also when two processes do it at once.
   *
   * @param signal aborted when the process stops: end soon.
   */
  run(signal: AbortSignal): Promise<void>;
}

/** Marks a provider as a `BackgroundTask`. */
export const Background = DiscoveryService.createDecorator();
