import { randomBytes } from 'node:crypto';
import { setMaxListeners } from 'node:events';
import { Injectable, type OnApplicationShutdown } from '@nestjs/common';
import { Pool } from 'undici';
import { currentContext } from '../common/request-context';
import { UpstreamConfig } from '../config';
import { readKahaAnswer } from './kaha-answer';
import { batchesOf, type KahaBatch } from './kaha-batch';
import {
  type ProfileIds,
  type ProfileSource,
  ProfileSourceUnavailable,
  type UpstreamProfiles,
} from './profile-source';

/** For a whole `fetch`: waiting for a connection, connecting, head and body of every batch. */
const TIMEOUT_MS = 1_000;
/** Calls of this process that upstream sees at once; further ones wait, within their time-out. */
const MAX_CONNECTIONS = 8;
/** A hundred profiles with the longest names and URLs fit in well. */
const MAX_BODY_BYTES = 1_048_576;
const NO_TRACE = '0'.repeat(32);

/**
 * Asks kaha-main-v3, and only it: the address is configuration, and a redirect is an outage like any other
 * answer that is not profiles. Remembers nothing and tries once; what may be remembered, shared or tried
 * again is for a wrapper of the same interface to decide.
 *
 * A fetch is answered whole or not at all. Half an answer would turn the people of the other half into
 * people upstream does not know.
 */
@Injectable()
export class KahaProfileSource implements ProfileSource, OnApplicationShutdown {
  private readonly pool: Pool;
  private readonly path: string;
  private readonly authorization: string;

  constructor(config: UpstreamConfig) {
    const base = new URL(config.baseUrl);
    this.path = `${base.pathname.replace(/\/+$/, '')}/api/batch/profiles`;
    this.authorization = `Bearer ${config.serviceToken}`;
    this.pool = new Pool(base.origin, {
      connections: MAX_CONNECTIONS,
      maxResponseSize: MAX_BODY_BYTES,
      // The deadline gives up the call; this gives up the attempt to connect that it leaves behind.
      connect: { timeout: TIMEOUT_MS },
    });
  }

  /** Ids are compared without regard to case and come back in lower case. */
  async fetch(ids: ProfileIds): Promise<UpstreamProfiles> {
    const calls = new AbortController();
    // Every batch listens to the one signal; Node takes more than ten for a leak.
    setMaxListeners(0, calls.signal);
    const deadline = setTimeout(() => {
      calls.abort(new ProfileSourceUnavailable(`no answer within ${TIMEOUT_MS} ms`));
    }, TIMEOUT_MS);
    try {
      return merged(await Promise.all(batchesOf(ids).map((batch) => this.ask(batch, calls.signal))));
    } catch (error) {
      throw asUnavailable(error);
    } finally {
      clearTimeout(deadline);
      // Where one batch failed, the others would go on with nobody waiting, and without a deadline.
      calls.abort();
    }
  }

  /** Lets calls in flight end; each is bound to, by its deadline. */
  async onApplicationShutdown(): Promise<void> {
    await this.pool.close();
  }

  private async ask(batch: KahaBatch, signal: AbortSignal): Promise<UpstreamProfiles> {
    const { statusCode, body } = await this.pool.request({
      method: 'POST',
      path: this.path,
      headers: {
        authorization: this.authorization,
        'content-type': 'application/json',
        accept: 'application/json',
        ...traceHeaders(),
      },
      body: JSON.stringify(batch),
      signal,
    });
    // Also an error's body is read to its end: what is left in a connection makes it useless for the next call.
    const bytes = await body.bytes();
    if (statusCode !== 200 && statusCode !== 201) throw new ProfileSourceUnavailable(`status ${statusCode}`);
    return readKahaAnswer(bytes, batch);
  }
}

function merged(answers: readonly UpstreamProfiles[]): UpstreamProfiles {
  return {
    users: new Map(answers.flatMap((answer) => [...answer.users])),
    businesses: new Map(answers.flatMap((answer) => [...answer.businesses])),
  };
}

/** W3C Trace Context: the request's trace, and this call as a step of its own. Outside of a request, none. */
function traceHeaders(): Record<string, string> {
  const { traceId } = currentContext();
  return traceId === NO_TRACE ? {} : { traceparent: `00-${traceId}-${randomBytes(8).toString('hex')}-01` };
}

function asUnavailable(error: unknown): ProfileSourceUnavailable {
  if (error instanceof ProfileSourceUnavailable) return error;
  const code = (error as { code?: unknown } | null | undefined)?.code;
  return new ProfileSourceUnavailable(typeof code === 'string' ? code : 'the call failed', { cause: error });
}
