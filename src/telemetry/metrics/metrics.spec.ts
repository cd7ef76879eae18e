import { Metrics } from './metrics';

const NAME = { name: 'chat_something_seconds', help: 'Something.' };

describe('metrics', () => {
  let metrics: Metrics;
  beforeEach(() => {
    metrics = new Metrics();
  });

  it('are in the format of Prometheus, which their content type says', async () => {
    metrics.counter({ name: 'chat_things_total', help: 'Things.' }, ['kind']).inc({ kind: 'odd' }, 2);
    expect(await metrics.text()).toBe(
      '# HELP chat_things_total Things.\n# TYPE chat_things_total counter\nchat_things_total{kind="odd"} 2\n',
    );
    expect(metrics.contentType).toMatch(/^text\/plain; version=0\.0\.4/);
  });

  it('belong to one application, of which a process may have several', async () => {
    const another = new Metrics();
    another.timings(NAME).observe(1);
    metrics.timings(NAME).observe(2);
    expect(await metrics.text()).toContain('chat_something_seconds_sum 2\n');
    expect(await another.text()).toContain('chat_something_seconds_sum 1\n');
  });

  it('tell what takes half a millisecond from what takes a second', async () => {
    const seconds = metrics.timings(NAME);
    for (const taken of [0.0004, 0.003, 0.9, 60]) seconds.observe(taken);
    const text = await metrics.text();
    expect(text).toContain('chat_something_seconds_bucket{le="0.0005"} 1\n');
    expect(text).toContain('chat_something_seconds_bucket{le="0.005"} 2\n');
    expect(text).toContain('chat_something_seconds_bucket{le="1"} 3\n');
    expect(text).toContain('chat_something_seconds_bucket{le="+Inf"} 4\n');
  });

  it('that are looked up are looked up each time somebody asks, and not before', async () => {
    let figure = 0;
    const read = jest.fn(() => ++figure);
    metrics.gauge({ name: 'chat_now', help: 'Now.' }, read);
    metrics.total({ name: 'chat_sum_total', help: 'Sum.' }, () => figure * 10);
    metrics.gauges({ name: 'chat_parts', help: 'Parts.' }, 'part', () =>
      Promise.resolve({ left: figure, right: -figure }),
    );
    expect(read).not.toHaveBeenCalled();
    await metrics.text();
    const text = await metrics.text();
    for (const line of [
      'chat_now 2',
      'chat_sum_total 20',
      'chat_parts{part="left"} 2',
      'chat_parts{part="right"} -2',
    ])
      expect(text).toContain(`\n${line}\n`);
  });
});
