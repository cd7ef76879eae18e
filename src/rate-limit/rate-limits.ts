import { Injectable } from '@nestjs/common';
import type { Actor } from '../common/actor';
import { tenantKey } from '../common/tenant-key';
import { HttpConfig, RateLimitConfig } from '../config';
import { Budget } from './budget';
import { clientAddresses, type Origin } from './client-address';
import { SharedCounts } from './shared-counts';
import { type StandingHeaders, standingHeaders } from './standing';

const REQUESTS_SECONDS = 60;
const MESSAGES_SECONDS = 10;

/**
 * How much one caller may ask of all nodes together, whichever door they come by. A limit that is switched off
 * counts nothing and asks nobody.
 */
@Injectable()
export class RateLimits {
  private readonly requests?: Budget;
  private readonly messages?: Budget;
  private readonly addressOf: (origin: Origin) => string;

  constructor({ requests, messages }: RateLimitConfig, { trustProxy }: HttpConfig, counts: SharedCounts) {
    if (requests > 0)
      this.requests = new Budget({ what: 'requests', limit: requests, seconds: REQUESTS_SECONDS }, counts);
    if (messages > 0)
      this.messages = new Budget({ what: 'messages', limit: messages, seconds: MESSAGES_SECONDS }, counts);
    this.addressOf = clientAddresses(trustProxy);
  }

  /**
   * Counts a request, a handshake or a socket event of somebody known.
   *
   * @returns what the answer is to say of it; nothing where there is no limit.
   * @throws RateLimited
   */
  async request(caller: Actor): Promise<StandingHeaders> {
    return charge(this.requests, requestsOf(caller));
  }

  /**
   * As `request`, for an event of a socket, whose answer says nothing of it.
   *
   * @throws RateLimited
   */
  async event(caller: Actor): Promise<void> {
    await this.requests?.charge(requestsOf(caller));
  }

  /**
   * Counts an attempt of somebody who could not show who they are, by their address.
   *
   * @returns as `request`
   * @throws RateLimited
   */
  async stranger(origin: Origin): Promise<StandingHeaders> {
    return charge(this.requests, `limit:requests:address:${this.addressOf(origin)}`);
  }

  /**
   * Counts a message that somebody wants to send.
   *
   * @throws RateLimited
   */
  async message({ tenantId, userId }: Actor): Promise<void> {
    await this.messages?.charge(tenantKey(tenantId, `limit:messages:${userId}`));
  }
}

function requestsOf({ tenantId, userId }: Actor): string {
  return tenantKey(tenantId, `limit:requests:${userId}`);
}

async function charge(budget: Budget | undefined, key: string): Promise<StandingHeaders> {
  return budget === undefined ? {} : standingHeaders(budget.policy, await budget.charge(key));
}
