import { createHash, timingSafeEqual } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { AuthConfig } from '../config';

/** The tokens of other services. Several, so that one can be replaced without downtime. */
@Injectable()
export class ServiceTokens {
  private readonly digests: readonly Buffer[];

  constructor({ serviceTokens }: AuthConfig) {
    this.digests = serviceTokens.map(digest);
  }

  /**
   * Takes the same time whatever is offered: digests are of one length, and all are compared, so that
   * neither a common beginning nor the place in the list can be measured.
   */
  include(token: string): boolean {
    const offered = digest(token);
    return this.digests.filter((known) => timingSafeEqual(known, offered)).length > 0;
  }
}

function digest(token: string): Buffer {
  return createHash('sha256').update(token).digest();
}
