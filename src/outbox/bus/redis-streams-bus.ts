import { Injectable, type OnApplicationShutdown, type OnModuleInit } from '@nestjs/common';
import { EventStreamConfig, RedisConfig } from '../../config';
import { RedisLink } from '../../redis';
import type { ChatEvent } from '../chat-event';
import { encodeEvents } from './encoded-events';
import { encodeEnvelope } from './envelope';
import { EventBus, type PublishOutcome } from './event-bus';

const STREAM = 'chat:events';
const FIELD = 'event';

const START_PATIENCE_MS = 1_000;
const ANSWER_TIMEOUT_MS = 2_000;

/** Far above what a message with all that belongs to it comes to, far below what makes Redis hang up. */
const LONGEST_EVENT_BYTES = 4 * 1024 * 1024;
/** Nobody else is served by Redis while a script runs: about a millisecond for this much. */
const BATCH_BYTES = 256 * 1024;

/** Answers after which the same connection will give no better one: a black hole, and a primary that is one no more. */
const WANTS_ANOTHER_CONNECTION = /Command timed out|\bREADONLY\b/;

/** Stops at the first event that is not taken. */
const APPEND = `
for i = 2, #ARGV do redis.call('XADD', KEYS[1], 'MAXLEN', '~', ARGV[1], '*', '${FIELD}', ARGV[i]) end`;

/**
 * Events on a Redis stream, cut to its newest. A script appends them: as commands of their own they would cost this
 * process five times as much, and where a shortage of memory ends in their midst, a later event would be taken and an
 * earlier one of the same key not.
 *
 * An event that is no JSON, or too long, is refused before it is sent. Whatever Redis itself answers (OOM, LOADING,
 * READONLY, MISCONF, NOPERM, also WRONGTYPE) is about the stream or the server, thus about all events alike, and the
 * bus counts as away.
 *
 * The connection is of its own, so that frames between nodes and the health of Redis do not wait behind events.
 */
@Injectable()
export class RedisStreamsBus extends EventBus implements OnModuleInit, OnApplicationShutdown {
  private readonly link: RedisLink;
  private readonly stream: string;

  constructor(
    redis: RedisConfig,
    private readonly config: EventStreamConfig,
  ) {
    super();
    this.link = new RedisLink(redis.url, 'events', ANSWER_TIMEOUT_MS);
    this.stream = redis.keyPrefix + STREAM;
  }

  async onModuleInit(): Promise<void> {
    await this.link.open(START_PATIENCE_MS);
  }

  async onApplicationShutdown(): Promise<void> {
    await this.link.close();
  }

  async publish(events: readonly ChatEvent[]): Promise<readonly PublishOutcome[]> {
    const { ready, outcomes } = encodeEvents(events, encode);
    for (const batch of inBatches(ready)) await this.append(batch);
    return outcomes;
  }

  async check(): Promise<void> {
    await this.answered(this.link.client.ping());
  }

  private async append(batch: readonly EncodedEvent[]): Promise<void> {
    const texts = batch.map(({ text }) => text);
    await this.answered(this.link.client.eval(APPEND, 1, this.stream, this.config.maxLength, ...texts));
  }

  private async answered(answer: Promise<unknown>): Promise<void> {
    try {
      await answer;
    } catch (error) {
      if (WANTS_ANOTHER_CONNECTION.test(String(error))) this.link.redial();
      throw error;
    }
  }
}

interface EncodedEvent {
  readonly text: string;
  readonly bytes: number;
}

function encode(event: ChatEvent): EncodedEvent {
  const text = encodeEnvelope(event);
  const bytes = Buffer.byteLength(text);
  if (bytes > LONGEST_EVENT_BYTES)
    throw new RangeError(`an event of ${bytes} bytes, and ${LONGEST_EVENT_BYTES} are the most`);
  return { text, bytes };
}

function* inBatches(events: readonly EncodedEvent[]): Generator<readonly EncodedEvent[]> {
  let from = 0;
  let bytes = 0;
  for (const [index, event] of events.entries()) {
    bytes += event.bytes;
    if (bytes < BATCH_BYTES) continue;
    yield events.slice(from, index + 1);
    from = index + 1;
    bytes = 0;
  }
  if (from < events.length) yield events.slice(from);
}
