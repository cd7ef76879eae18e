import { type AsymmetricKeyDetails, createPublicKey, type KeyObject } from 'node:crypto';
import type { Kind } from './kind';

const VISIBLE_ASCII = /^[\x21-\x7e]+$/;
/** One block and nothing else: `createPublicKey` would also take a private key, and a file with one behind the first. */
const SPKI_PEM = /^-----BEGIN PUBLIC KEY-----[A-Za-z0-9+/=\s]+-----END PUBLIC KEY-----$/;
/** Shorter RSA keys are not allowed for RS256 (RFC 7518, 3.3). */
const RSA_BITS = 2048;

/** A key for signing: any text, measured in bytes because that is what the algorithm is given. */
export function secret({ minBytes }: { readonly minBytes: number }): Kind<string> {
  return {
    expects: `a secret of at least ${minBytes} bytes`,
    parse: (text) => (Buffer.byteLength(text) >= minBytes ? text : undefined),
  };
}

/** A secret that travels in an `Authorization` header, so it holds nothing that a header can not carry. */
export function bearerToken({ minLength }: { readonly minLength: number }): Kind<string> {
  return {
    expects: `a token of ${minLength} or more visible ASCII characters`,
    parse: (text) => (text.length >= minLength && VISIBLE_ASCII.test(text) ? text : undefined),
  };
}

/** A public key for RS256, ES256 or EdDSA. Environment files can not hold line breaks, so `\n` stands for one. */
export const publicKey: Kind<string> = {
  expects: `a "BEGIN PUBLIC KEY" PEM: RSA from ${RSA_BITS} bits, EC P-256 or Ed25519`,
  parse: (text) => {
    const pem = text.replaceAll('\\n', '\n');
    const key = SPKI_PEM.test(pem) ? readKey(pem) : undefined;
    return key !== undefined && verifiesTokens(key) ? pem : undefined;
  },
};

function readKey(pem: string): KeyObject | undefined {
  try {
    return createPublicKey(pem);
  } catch {
    return undefined; // OpenSSL's reason helps nobody here: it is not a key.
  }
}

/** The keys a configured algorithm can verify with, each by what must hold of it. */
const USABLE: Readonly<Record<string, (details: AsymmetricKeyDetails) => boolean>> = {
  rsa: ({ modulusLength }) => (modulusLength ?? 0) >= RSA_BITS,
  ec: ({ namedCurve }) => namedCurve === 'prime256v1',
  ed25519: () => true,
};

function verifiesTokens({ asymmetricKeyType, asymmetricKeyDetails }: KeyObject): boolean {
  return USABLE[asymmetricKeyType ?? '']?.(asymmetricKeyDetails ?? {}) ?? false;
}
