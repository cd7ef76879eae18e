import type { IncomingHttpHeaders, IncomingMessage } from 'node:http';
import { isIPv4, isIPv6 } from 'node:net';
import proxyAddr from 'proxy-addr';

/** Where a request came from: all that is asked of it, so that a socket's handshake can say it too. */
export interface Origin {
  readonly headers: IncomingHttpHeaders;
  /** The end of the TCP connection that is not ours. */
  readonly socket: { readonly remoteAddress?: string };
}

/** Some proxies name the port as well, which is another for each connection. */
const WITH_PORT = /^(?:\[(.+)\]|([\d.]+)):\d+$/;

/**
 * Whose budget a caller spends who did not say who they are: an IPv4 address, or a /64 of IPv6, which is what
 * one subscriber has at least, and can pick 2⁶⁴ addresses from.
 *
 * `X-Forwarded-For` is read from its end, and only as far as the proxies of `trusted` wrote it: what stands
 * before that is what the client would like to be.
 *
 * @param trusted CIDR blocks
 */
export function clientAddresses(trusted: readonly string[]): (origin: Origin) => string {
  const trust = proxyAddr.compile([...trusted]);
  return (origin) => {
    const hops = proxyAddr.all(origin as IncomingMessage, trust);
    // A proxy that hides its client, or has none to name, stands for all of its clients.
    for (const hop of hops.reverse()) {
      const network = networkOf(hop);
      if (network !== undefined) return network;
    }
    return 'unknown';
  };
}

function networkOf(hop: string | undefined): string | undefined {
  if (hop === undefined) return undefined;
  const [, v6 = undefined, v4 = undefined] = WITH_PORT.exec(hop) ?? [];
  const address = v6 ?? v4 ?? hop;
  if (isIPv4(address)) return address;
  return isIPv6(address) ? networkOfIpv6(address) : undefined;
}

function networkOfIpv6(address: string): string {
  const groups = groupsOf(address);
  const [high = 0, low = 0] = groups.slice(6);
  const mapped = groups.slice(0, 6).join() === '0,0,0,0,0,65535';
  if (mapped) return [high >> 8, high & 0xff, low >> 8, low & 0xff].join('.');
  return `${groups
    .slice(0, 4)
    .map((group) => group.toString(16))
    .join(':')}::/64`;
}

/** The eight numbers of an address, however it is written. */
function groupsOf(address: string): number[] {
  // A URL writes it in one way only: hexadecimal groups, the longest row of zeros left out.
  const canonical = new URL(`http://[${address.replace(/%.*/, '')}]`).hostname.slice(1, -1);
  const [left = [], right = []] = canonical.split('::').map((part) => part.split(':').filter(Boolean));
  const zeros = Array<string>(8 - left.length - right.length).fill('0');
  return [...left, ...zeros, ...right].map((group) => parseInt(group, 16));
}
