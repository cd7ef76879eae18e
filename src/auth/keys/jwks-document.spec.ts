import { generateKeyPairSync, type JsonWebKey } from 'node:crypto';
import { readJwks } from './jwks-document';

const rsa = jwkOf(generateKeyPairSync('rsa', { modulusLength: 2048 }));
const p256 = jwkOf(generateKeyPairSync('ec', { namedCurve: 'P-256' }));
const ed25519 = jwkOf(generateKeyPairSync('ed25519'));
const p384 = jwkOf(generateKeyPairSync('ec', { namedCurve: 'P-384' }));

describe('readJwks', () => {
  it('takes the keys whose kind we use, with their ids', () => {
    const keys = readJwks(JSON.stringify({ keys: [{ ...rsa, kid: 'a' }, p256, { ...ed25519, kid: 'c' }] }));
    expect(keys.map(({ id, algorithm }) => [id, algorithm])).toEqual([
      ['a', 'RS256'],
      [null, 'ES256'],
      ['c', 'EdDSA'],
    ]);
  });

  it.each([
    ['a shared secret', { kty: 'oct', k: 'c2VjcmV0', alg: 'HS256' }],
    ['a key for encryption', { ...rsa, use: 'enc' }],
    ['a key for signing only', { ...rsa, key_ops: ['sign'] }],
    ['a key for another algorithm', { ...rsa, alg: 'PS256' }],
    ['a key of a curve we do not use', p384],
    ['a broken key', { kty: 'RSA', n: 'x' }],
    ['a key of an unknown kind', { kty: 'LATTICE' }],
    ['something that is no key', 'key'],
  ])('leaves out %s', (_what, jwk) => {
    expect(readJwks(JSON.stringify({ keys: [jwk, p256] }))).toHaveLength(1);
  });

  it('is bounded', () => {
    expect(readJwks(JSON.stringify({ keys: Array.from({ length: 500 }, () => p256) })).length).toBeLessThan(
      50,
    );
  });

  it.each([['null'], ['[]'], ['{}'], ['{"keys":{}}'], ['<html>'], ['']])(
    'does not take %s for a key set',
    (text) => {
      expect(() => readJwks(text)).toThrow();
    },
  );
});

function jwkOf({ publicKey }: ReturnType<typeof generateKeyPairSync>): JsonWebKey {
  return publicKey.export({ format: 'jwk' });
}
