import { generateKeyPairSync, type KeyObject } from 'node:crypto';
import { FixedKeys } from './fixed-keys';

const pem = ({ publicKey }: { publicKey: KeyObject }): string =>
  publicKey.export({ type: 'spki', format: 'pem' }).toString();

describe('FixedKeys', () => {
  it.each([
    ['RSA', 'RS256', pem(generateKeyPairSync('rsa', { modulusLength: 2048 }))],
    ['P-256', 'ES256', pem(generateKeyPairSync('ec', { namedCurve: 'P-256' }))],
    ['Ed25519', 'EdDSA', pem(generateKeyPairSync('ed25519'))],
  ])('takes the algorithm from the kind of the key: %s is for %s', (_kind, algorithm, text) => {
    expect(FixedKeys.ofPublicKey(text).algorithms).toEqual([algorithm]);
  });

  it.each([
    ['a short RSA key', pem(generateKeyPairSync('rsa', { modulusLength: 1024 }))],
    ['another curve', pem(generateKeyPairSync('ec', { namedCurve: 'P-384' }))],
    ['a key for other things', pem(generateKeyPairSync('x25519'))],
    ['no key', 'just some text'],
  ])('does not start with %s', (_what, text) => {
    expect(() => FixedKeys.ofPublicKey(text)).toThrow(/^JWT_PUBLIC_KEY must be/);
  });

  it('offers all secrets for every token, the current one first', async () => {
    const keys = await FixedKeys.ofSecrets(['current', 'previous']).candidatesFor();
    expect(keys.map((key) => key.export().toString())).toEqual(['current', 'previous']);
  });
});
