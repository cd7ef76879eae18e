import { isIP } from 'node:net';
import type { Kind } from './kind';

const HOSTNAME = /^(?=.{1,253}$)[a-z0-9](?:[a-z0-9-]*[a-z0-9])?(?:\.[a-z0-9](?:[a-z0-9-]*[a-z0-9])?)*$/i;
const ALL_DIGITS_AND_DOTS = /^[\d.]+$/;
const RANGE = /^([^/%]+)(?:\/(\d{1,3}))?$/;
const ADDRESS_BITS: Readonly<Record<number, number>> = { 4: 32, 6: 128 };

/** What a server can listen on. */
export const listenAddress: Kind<string> = {
  expects: 'an IP address or a host name',
  // A mistyped IPv4 address looks like a host name of digits; there is none.
  parse: (text) =>
    isIP(text) !== 0 || (HOSTNAME.test(text) && !ALL_DIGITS_AND_DOTS.test(text)) ? text : undefined,
};

/**
 * A block of addresses. The empty prefix is refused: a service that believes the whole internet's
 * forwarding headers lets every client choose its own address.
 */
export const ipRange: Kind<string> = {
  expects: 'an IP address or a CIDR block such as 10.0.0.0/8, with a prefix of at least 1',
  parse: (text) => {
    const [, address = '', prefix] = RANGE.exec(text) ?? [];
    const bits = ADDRESS_BITS[isIP(address)];
    if (bits === undefined) return undefined;
    const length = prefix === undefined ? bits : Number(prefix);
    return length >= 1 && length <= bits ? text : undefined;
  },
};
