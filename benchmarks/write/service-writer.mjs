import 'reflect-metadata';
import { randomUUID } from 'node:crypto';
import { built } from '../../scripts/docs/built.mjs';

/** The service's own write path, as it is built, with nobody listening to what it announces. */
export async function serviceWriter(url) {
  const { WritePath } = built('src/messages/write-path/write-path');
  const { MessageLog } = built('src/messages/write-path/message-log.repository');
  const { WritePathMetrics } = built('src/messages/write-path/write-path.metrics');
  const { EventAnnouncer } = built('src/outbox/event-announcer');
  const { Metrics } = built('src/telemetry/metrics/metrics');

  const log = new MessageLog({ url, nodeId: randomUUID() });
  const path = new WritePath(log, new EventAnnouncer(), new WritePathMetrics(new Metrics()));
  return {
    async write(draft) {
      const { verdict } = await path.append(draft);
      if (verdict !== 'stored') throw new Error(`the write path answered ${verdict}`);
    },
    close: () => log.onApplicationShutdown(),
  };
}
