import type { KeyObject } from 'node:crypto';
import { Logger } from '@nestjs/common';
import { DependencyUnavailable } from '../../common/problem';
import { fetchBounded, type FetchBounds } from './bounded-fetch';
import { type PublishedKey, readJwks } from './jwks-document';
import type { TokenHeader, VerificationKeys } from './verification-keys';

const BOUNDS: FetchBounds = { timeoutMs: 2_000, maxBytes: 128 * 1024 };

/** Keys older than this are fetched again in the background: a withdrawn key is honoured about this long. */
const MAX_AGE_MS = 10 * 60_000;

/** Between two fetches, whatever is asked for: nobody can make us call by inventing key ids. */
const REFETCH_PAUSE_MS = 30_000;

/** The same before the first success. Nobody gets in until then, so half a minute would be an outage of ours. */
const FIRST_FETCH_PAUSE_MS = 2_000;

/**
 * The public keys an issuer publishes under a URL, fetched when first needed.
 * - All who wait for keys share one fetch.
 * - While the endpoint is away the keys we have stay good, for as long as it takes.
 * - A token whose key we do not have is refused when the endpoint's last answer says so, and is `unavailable`
 *   when it did not answer: then the key may be a new one, and its owner should not be sent to log in again.
 */
export class JwksKeySet implements VerificationKeys {
  readonly algorithms = ['RS256', 'ES256', 'EdDSA'] as const;

  private readonly logger = new Logger(JwksKeySet.name);
  private keys: readonly PublishedKey[] | null = null;
  private document = '';
  private currentEdition = 0;
  private fetching: Promise<void> | null = null;
  private attemptedAt = -Infinity;
  private succeededAt = -Infinity;
  private failure: unknown = null;

  /** @param now milliseconds of a clock that never jumps. */
  constructor(
    private readonly url: string,
    private readonly now: () => number = () => performance.now(),
  ) {}

  /** Looks at the age of the keys, since this is asked for remembered tokens too. Never waits for the new ones. */
  edition(): number {
    if (this.keys !== null && this.now() - this.succeededAt >= MAX_AGE_MS) void this.refetch();
    return this.currentEdition;
  }

  async candidatesFor(header: TokenHeader): Promise<readonly KeyObject[]> {
    const known = this.keysFor(header);
    if (known.length > 0) return known;
    await this.refetch();
    const found = this.keysFor(header);
    if (found.length === 0 && this.failure !== null) throw new DependencyUnavailable('jwks', this.failure);
    return found;
  }

  /** Without a key id in the token any key of its algorithm may have signed it. */
  private keysFor({ algorithm, keyId }: TokenHeader): readonly KeyObject[] {
    return (this.keys ?? [])
      .filter((key) => key.algorithm === algorithm && (keyId === undefined || key.id === keyId))
      .map(({ key }) => key);
  }

  /** Joins the fetch under way, else starts one if it is time. Never rejects. */
  private refetch(): Promise<void> {
    if (this.fetching !== null) return this.fetching;
    const pause = this.keys === null ? FIRST_FETCH_PAUSE_MS : REFETCH_PAUSE_MS;
    if (this.now() - this.attemptedAt < pause) return Promise.resolve();
    this.attemptedAt = this.now();
    this.fetching = this.fetch().finally(() => {
      this.fetching = null;
    });
    return this.fetching;
  }

  private async fetch(): Promise<void> {
    try {
      this.adopt(await fetchBounded(this.url, BOUNDS));
      this.succeededAt = this.now();
      this.failure = null;
    } catch (error) {
      this.failure = error;
      this.logger.warn({
        msg: 'the key set can not be fetched',
        heldKeys: this.keys?.length ?? 0,
        err: error,
      });
    }
  }

  private adopt(document: string): void {
    const keys = readJwks(document);
    if (document === this.document) return;
    this.keys = keys;
    this.document = document;
    this.currentEdition++;
  }
}
