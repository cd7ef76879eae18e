import { readdir, readFile } from 'node:fs/promises';
import {
  constants,
  monitorEventLoopDelay,
  type PerformanceEntry,
  PerformanceObserver,
} from 'node:perf_hooks';
import { Injectable, type OnApplicationShutdown } from '@nestjs/common';
import type { Histogram } from 'prom-client';
import { Metrics } from './metrics';

/** How often the loop is looked at. The delay it measures has this in it. */
const RESOLUTION_MS = 10;

const GC_KINDS: Readonly<Record<number, string>> = {
  [constants.NODE_PERFORMANCE_GC_MAJOR]: 'major',
  [constants.NODE_PERFORMANCE_GC_MINOR]: 'minor',
  [constants.NODE_PERFORMANCE_GC_INCREMENTAL]: 'incremental',
  [constants.NODE_PERFORMANCE_GC_WEAKCB]: 'weakcb',
};

/** An entry of type `gc`, as Node documents it. */
interface Collection extends PerformanceEntry {
  readonly detail: { readonly kind: number };
}

/**
 * What the process uses, and how its loop turns, under the names that dashboards for Node know. They are those of
 * prom-client's own default metrics, which can not be stopped again: an application that has ended would go on
 * watching, and be kept in memory by it.
 */
@Injectable()
export class ProcessMetrics implements OnApplicationShutdown {
  private readonly loop = monitorEventLoopDelay({ resolution: RESOLUTION_MS });
  private readonly collections: PerformanceObserver;

  constructor(metrics: Metrics) {
    this.addCpu(metrics);
    this.addMemory(metrics);
    this.addDescriptors(metrics);
    this.addLoop(metrics);
    this.collections = observeCollections(
      metrics.timings(
        { name: 'nodejs_gc_duration_seconds', help: 'Time the process stood still to collect garbage.' },
        ['kind'],
      ),
    );
    const startedAt = Math.round(Date.now() / 1_000 - process.uptime());
    metrics.gauge(
      { name: 'process_start_time_seconds', help: 'When the process started, in seconds since 1970.' },
      () => startedAt,
    );
    metrics.gauges(
      { name: 'nodejs_version_info', help: 'The version of Node, as a label.' },
      'version',
      () => ({ [process.version]: 1 }),
    );
  }

  onApplicationShutdown(): void {
    this.loop.disable();
    this.collections.disconnect();
  }

  private addCpu(metrics: Metrics): void {
    const seconds = (microseconds: number): number => microseconds / 1e6;
    metrics.total({ name: 'process_cpu_user_seconds_total', help: 'CPU time spent in our code.' }, () =>
      seconds(process.cpuUsage().user),
    );
    metrics.total({ name: 'process_cpu_system_seconds_total', help: 'CPU time spent in the system.' }, () =>
      seconds(process.cpuUsage().system),
    );
    metrics.total({ name: 'process_cpu_seconds_total', help: 'CPU time spent.' }, () => {
      const { user, system } = process.cpuUsage();
      return seconds(user + system);
    });
  }

  private addMemory(metrics: Metrics): void {
    const gauge = (name: string, help: string, field: keyof NodeJS.MemoryUsage): void =>
      metrics.gauge({ name, help }, () => process.memoryUsage()[field]);
    gauge('process_resident_memory_bytes', 'Memory of the process.', 'rss');
    gauge('nodejs_heap_size_total_bytes', 'Size of the JavaScript heap.', 'heapTotal');
    gauge('nodejs_heap_size_used_bytes', 'What is used of the JavaScript heap.', 'heapUsed');
    gauge('nodejs_external_memory_bytes', 'Memory of objects outside of the JavaScript heap.', 'external');
  }

  /** From /proc; where there is none, they are not numbers. */
  private addDescriptors(metrics: Metrics): void {
    metrics.gauge({ name: 'process_open_fds', help: 'Files and connections that are open.' }, () =>
      readdir('/proc/self/fd').then(
        ({ length }) => length,
        () => NaN,
      ),
    );
    metrics.gauge({ name: 'process_max_fds', help: 'Files and connections that may be open.' }, () =>
      readFile('/proc/self/limits', 'utf8').then(
        (limits) => Number(/^Max open files\s+(\d+)/m.exec(limits)?.[1]),
        () => NaN,
      ),
    );
  }

  /** Each since it was asked for last. */
  private addLoop(metrics: Metrics): void {
    this.loop.enable();
    const lag = (nanoseconds: number): number => Math.max(0, nanoseconds / 1e9 - RESOLUTION_MS / 1e3);
    const gauge = (name: string, help: string, read: () => number): void =>
      metrics.gauge({ name, help: `${help} since the last scrape.` }, read);
    gauge('nodejs_eventloop_lag_p50_seconds', 'Median lag of the event loop', () =>
      lag(this.loop.percentile(50)),
    );
    gauge('nodejs_eventloop_lag_p99_seconds', '99th percentile of the lag of the event loop', () =>
      lag(this.loop.percentile(99)),
    );
    gauge('nodejs_eventloop_lag_max_seconds', 'Longest lag of the event loop', () => lag(this.loop.max));
    // Metrics are read in the order they were made, so this is the one to begin anew.
    gauge('nodejs_eventloop_lag_seconds', 'Mean lag of the event loop', () => {
      const mean = this.loop.count === 0 ? 0 : this.loop.mean;
      this.loop.reset();
      return lag(mean);
    });
  }
}

function observeCollections(seconds: Histogram<'kind'>): PerformanceObserver {
  const observer = new PerformanceObserver((list) => {
    for (const { duration, detail } of list.getEntries() as Collection[])
      seconds.observe({ kind: GC_KINDS[detail.kind] ?? 'other' }, duration / 1_000);
  });
  observer.observe({ entryTypes: ['gc'] });
  return observer;
}
