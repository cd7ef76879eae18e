import { Metrics } from '../../telemetry';
import type { Draft } from './draft';
import { WritePathMetrics } from './write-path.metrics';

const draft = (conversationId: string, type = 'text') => ({ type, conversationId }) as Draft;

describe('the metrics of the write path', () => {
  let metrics: Metrics;
  let writePath: WritePathMetrics;
  beforeEach(() => {
    metrics = new Metrics();
    writePath = new WritePathMetrics(metrics);
  });

  async function lines(...names: string[]): Promise<string[]> {
    const text = await metrics.text();
    return text.split('\n').filter((line) => names.some((name) => line.startsWith(name)));
  }

  it('count what becomes of messages, by type', async () => {
    const stored = { verdict: 'stored' } as const;
    expect(await writePath.follow(draft('a'), Promise.resolve(stored))).toBe(stored);
    await writePath.follow(draft('b'), Promise.resolve(stored));
    await writePath.follow(draft('a', 'poll'), Promise.resolve(stored));
    await writePath.follow(draft('c'), Promise.resolve({ verdict: 'blocked' as const }));
    expect(await lines('chat_messages_total')).toEqual([
      'chat_messages_total{type="text",outcome="stored"} 2',
      'chat_messages_total{type="poll",outcome="stored"} 1',
      'chat_messages_total{type="text",outcome="blocked"} 1',
    ]);
    expect(await lines('chat_write_path_append_seconds_count', 'chat_active')).toEqual([
      'chat_write_path_append_seconds_count 4',
      'chat_active_conversations 2',
    ]);
  });

  it('count what failed, and leave the failure as it is', async () => {
    const failure = new Error('Postgres is away');
    await expect(writePath.follow(draft('a'), Promise.reject(failure))).rejects.toBe(failure);
    expect(await lines('chat_messages_total', 'chat_active')).toEqual([
      'chat_messages_total{type="text",outcome="failed"} 1',
      'chat_active_conversations 0',
    ]);
  });

  it('measure in seconds', async () => {
    writePath.announced(2);
    expect(await lines('chat_write_path_fanout_seconds_sum')).toEqual([
      'chat_write_path_fanout_seconds_sum 0.002',
    ]);
  });
});
