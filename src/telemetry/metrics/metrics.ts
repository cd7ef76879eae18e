import { Injectable } from '@nestjs/common';
import { Counter, Gauge, Histogram, Registry } from 'prom-client';

/** In seconds: from what a commit takes to what a request may take. */
const DURATION_BUCKETS = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5];

export interface MetricName {
  /** With its unit, as Prometheus has it: `chat_…_seconds`, `chat_…_total`. */
  readonly name: string;
  /** One sentence for an operator. */
  readonly help: string;
}

/**
 * The figures of one application, in a registry of its own: several may run in a process. Each module makes the
 * metrics that it feeds.
 *
 * Every combination of label values is kept for as long as the application runs. So the values of a label come from
 * a closed set, never from what somebody sent.
 */
@Injectable()
export class Metrics {
  private readonly registry = new Registry();

  /** Of `text()`. */
  get contentType(): string {
    return this.registry.contentType;
  }

  /** Something that only ever becomes more. */
  counter<Label extends string>(metric: MetricName, labelNames: readonly Label[]): Counter<Label> {
    return new Counter({ ...metric, labelNames, registers: [this.registry] });
  }

  /** How long something took, in seconds. */
  timings<Label extends string = never>(
    metric: MetricName,
    labelNames: readonly Label[] = [],
  ): Histogram<Label> {
    return new Histogram({ ...metric, labelNames, buckets: DURATION_BUCKETS, registers: [this.registry] });
  }

  /** A figure that is looked up when somebody asks. `read` must not throw: one that does costs all the others. */
  gauge(metric: MetricName, read: () => number | Promise<number>): void {
    new Gauge({
      ...metric,
      registers: [this.registry],
      async collect() {
        this.set(await read());
      },
    });
  }

  /** One figure for each value of `label`, looked up together. As for `gauge`, `read` must not throw. */
  gauges<Value extends string>(
    metric: MetricName,
    label: string,
    read: () => Readonly<Record<Value, number>> | Promise<Readonly<Record<Value, number>>>,
  ): void {
    new Gauge({
      ...metric,
      labelNames: [label],
      registers: [this.registry],
      async collect() {
        for (const [value, figure] of Object.entries<number>(await read()))
          this.set({ [label]: value }, figure);
      },
    });
  }

  /** A sum that is kept elsewhere, and looked up when somebody asks. As for `gauge`, `read` must not throw. */
  total(metric: MetricName, read: () => number): void {
    new Counter({
      ...metric,
      registers: [this.registry],
      collect() {
        this.reset();
        this.inc(read());
      },
    });
  }

  /** All figures, in the exposition format of Prometheus. */
  text(): Promise<string> {
    return this.registry.metrics();
  }
}
