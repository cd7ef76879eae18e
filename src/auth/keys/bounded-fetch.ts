import { Agent, request } from 'undici';

export interface FetchBounds {
  /** For all of it: finding the host, connecting, and reading to the last byte. */
  readonly timeoutMs: number;
  readonly maxBytes: number;
}

/**
 * Reads a document from a host that may be slow, wrong or hostile. No redirect is followed: the configured
 * origin is the only one ever called.
 *
 * @throws Error when the answer is anything but a 200 within the bounds.
 */
export async function fetchBounded(url: string, { timeoutMs, maxBytes }: FetchBounds): Promise<string> {
  const agent = new Agent({ connect: { timeout: timeoutMs }, maxResponseSize: maxBytes });
  // An abort signal would not be heard before the connection stands; the agent's end is, in every phase.
  const deadline = setTimeout(() => {
    void agent.destroy(new Error(`no complete answer within ${timeoutMs} ms`));
  }, timeoutMs);
  try {
    const { statusCode, body } = await request(url, {
      dispatcher: agent,
      headers: { accept: 'application/json' },
    });
    if (statusCode !== 200) throw new Error(`answered with status ${statusCode}`);
    return await body.text();
  } finally {
    clearTimeout(deadline);
    // The next call is minutes away: there is no connection worth keeping, nor a rest worth reading.
    void agent.destroy();
  }
}
