import { PerformanceObserver } from 'node:perf_hooks';
import { setTimeout as delay } from 'node:timers/promises';
import { eventually } from '../../../test/support/eventually';
import { Metrics } from './metrics';
import { ProcessMetrics } from './process-metrics';

describe('the metrics of the process', () => {
  let metrics: Metrics;
  let watching: ProcessMetrics;
  beforeEach(() => {
    metrics = new Metrics();
    watching = new ProcessMetrics(metrics);
  });
  afterEach(() => watching.onApplicationShutdown());

  /** The value of a metric without labels. */
  async function figure(name: string): Promise<number> {
    return Number(new RegExp(`^${name} (.*)$`, 'm').exec(await metrics.text())?.[1]);
  }

  it.each([
    ['process_cpu_seconds_total', 0.01, 1e6],
    ['process_start_time_seconds', 1.7e9, 1e10],
    ['process_resident_memory_bytes', 1e6, 1e12],
    ['nodejs_heap_size_used_bytes', 1e6, 1e12],
    ['nodejs_eventloop_lag_seconds', 0, 60],
    ['nodejs_eventloop_lag_p99_seconds', 0, 60],
  ])('have %s, of a sensible size', async (name, least, most) => {
    const value = await figure(name);
    expect(value).toBeGreaterThanOrEqual(least);
    expect(value).toBeLessThan(most);
  });

  it('count what is open, where the system says it', async () => {
    const [open, most] = [await figure('process_open_fds'), await figure('process_max_fds')];
    if (process.platform !== 'linux') expect([open, most]).toEqual([NaN, NaN]);
    else expect(open).toBeGreaterThan(2);
    expect(open).not.toBeGreaterThan(most);
  });

  it('name the version of Node', async () => {
    expect(await metrics.text()).toContain(`nodejs_version_info{version="${process.version}"} 1\n`);
  });

  it('show for how long the loop stood still, once', async () => {
    await standStill();
    expect(await figure('nodejs_eventloop_lag_max_seconds')).toBeGreaterThan(0.1);
    await eventually(async () => expect(await figure('nodejs_eventloop_lag_max_seconds')).toBeLessThan(0.1));
  });

  it('show what the process stood still for to collect garbage', async () => {
    await eventually(async () => {
      // Enough to fill the space of young objects.
      Array.from({ length: 200_000 }, () => ({}));
      expect(await metrics.text()).toMatch(/^nodejs_gc_duration_seconds_count\{kind="minor"\} [1-9]/m);
    });
  });

  it('watch nothing any more after the end', async () => {
    const disconnect = jest.spyOn(PerformanceObserver.prototype, 'disconnect');
    await metrics.text();
    watching.onApplicationShutdown();
    await standStill();
    expect(await figure('nodejs_eventloop_lag_max_seconds')).toBe(0);
    expect(disconnect).toHaveBeenCalledTimes(1);
    disconnect.mockRestore();
  });
});

/** For a tenth of a second and more, between two looks at the loop. */
async function standStill(): Promise<void> {
  await delay(30);
  const until = performance.now() + 150;
  while (performance.now() < until);
  await delay(30);
}
