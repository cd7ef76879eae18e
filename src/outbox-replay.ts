import { Logger } from '@nestjs/common';
import { DependencyUnavailable } from './common/problem';
import { ConfigError, loadReplayConfigFromEnvironment } from './config';
import { readReplayRequest, replayOutbox, type ReplayProgress, ReplayRefused } from './outbox';

const TELL_EVERY_MS = 1_000;

const DONE = 0;
/** It could not go on, or the bus refused events. */
const INCOMPLETE = 1;
/** It did not begin. */
const REFUSED = 2;

/**
 * `npm run outbox:replay -- --from <time> [--to <time>] [--conversation <uuid>]`: publishes the events of that time
 * again, for consumers that missed them (docs/events/README.md).
 */
async function main(): Promise<number> {
  // Whatever there is to say is said here.
  Logger.overrideLogger(false);
  const config = loadReplayConfigFromEnvironment();
  const request = readReplayRequest(process.argv.slice(2), new Date(), config.outbox.keepHours);
  let progress: ReplayProgress = { reached: request.from, published: 0, refused: 0, gone: 0 };
  let told = performance.now();
  try {
    for await (progress of replayOutbox(config, request)) {
      if (performance.now() - told < TELL_EVERY_MS) continue;
      told = performance.now();
      console.log(`${tally(progress)}, up to ${progress.reached.toISOString()}`);
    }
  } catch (error) {
    console.error(`stopped: ${reasonOf(error)}`);
    console.error(`${tally(progress)}; to go on: --from ${progress.reached.toISOString()}`);
    return INCOMPLETE;
  }
  const { from, to } = request;
  console.log(`${tally(progress)}, from ${from.toISOString()} to ${to.toISOString()}`);
  if (progress.published > config.eventStream.maxLength)
    console.log(
      `that is more than the stream holds (EVENT_STREAM_MAX_LENGTH): a slow consumer wants it in parts`,
    );
  return progress.refused === 0 ? DONE : INCOMPLETE;
}

function tally({ published, refused, gone }: ReplayProgress): string {
  return [
    `published ${published} events`,
    ...(refused > 0 ? [`${refused} were refused`] : []),
    ...(gone > 0 ? [`${gone} tell of messages that are gone`] : []),
  ].join(', ');
}

function reasonOf(error: unknown): string {
  if (error instanceof DependencyUnavailable) return `${error.dependency} is not there`;
  return error instanceof Error ? error.message : String(error);
}

main().then(
  (exitCode) => process.exit(exitCode),
  (error: unknown) => {
    const isRefusal = error instanceof ConfigError || error instanceof ReplayRefused;
    console.error(isRefusal ? error.message : error);
    process.exit(isRefusal ? REFUSED : INCOMPLETE);
  },
);
