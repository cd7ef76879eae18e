import { isIPv4 } from 'node:net';
import { isUrl } from '../../common/is-url';
import type { Kind } from './kind';

/** Where Postgres is. Other parts than the scheme are left to the driver, which knows more forms than we do. */
export const postgresUrl: Kind<string> = {
  expects: 'a postgres:// or postgresql:// URL, special characters in its password percent-encoded',
  parse: (text) => {
    // `postgres://user@/db?host=/socket/folder` is common for sockets; the driver takes it, the URL standard does not.
    const url = parseUrl(text.replace('@/', '@localhost/'), ['postgres:', 'postgresql:']);
    return url !== undefined && (url.host !== '' || url.searchParams.has('host')) ? text : undefined;
  },
};

/** Where Redis is. The driver would take an unreadable database number for 0 without a word, hence the check of it. */
export const redisUrl: Kind<string> = {
  expects: 'a redis:// or rediss:// URL with a host and, if any, a database number as its path',
  parse: (text) => {
    const url = parseUrl(text, ['redis:', 'rediss:']);
    return url !== undefined && url.host !== '' && /^(?:\/\d*)?$/.test(url.pathname) ? text : undefined;
  },
};

/** What paths are appended to: comes out without a slash at its end. */
export const httpBaseUrl: Kind<string> = {
  expects: 'an http:// or https:// URL without user, query or fragment',
  parse: (text) => {
    const url = parseUrl(text, ['http:', 'https:']);
    return url !== undefined && isAnonymous(url) && !/[?#]/.test(text)
      ? url.href.replace(/\/+$/, '')
      : undefined;
  },
};

/** Where keys are fetched that everybody's identity hangs on: never over a network in the clear. */
export const keySetUrl: Kind<string> = {
  expects: 'an https:// URL without user or fragment (http:// only for localhost)',
  parse: (text) => {
    const url = parseUrl(text, ['https:', 'http:']);
    if (url === undefined || !isAnonymous(url) || url.hash !== '') return undefined;
    return url.protocol === 'https:' || isLoopback(url.hostname) ? url.href : undefined;
  },
};

/** A web origin just as a browser sends it: anything else would never match and only look as if it did. */
export const origin: Kind<string> = {
  expects:
    'an origin as browsers send it, scheme://host[:port] in lower case without path, wildcard or default port',
  parse: (text) => {
    const url = text.includes('*') ? undefined : parseUrl(text);
    return url !== undefined && url.host !== '' && text === `${url.protocol}//${url.host}` ? text : undefined;
  },
};

/** The parser itself drops line breaks and tabs inside a URL; a value that has them is a mistake of copying. */
function parseUrl(text: string, protocols?: readonly string[]): URL | undefined {
  if (/\s/.test(text) || !isUrl(text)) return undefined;
  const url = new URL(text);
  return protocols === undefined || protocols.includes(url.protocol) ? url : undefined;
}

function isAnonymous(url: URL): boolean {
  return url.username === '' && url.password === '';
}

function isLoopback(hostname: string): boolean {
  return (
    hostname === 'localhost' || hostname === '[::1]' || (isIPv4(hostname) && hostname.startsWith('127.'))
  );
}
