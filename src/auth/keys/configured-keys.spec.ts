import { generateKeyPairSync } from 'node:crypto';
import type { AuthConfig } from '../../config';
import { configuredKeys } from './configured-keys';

const NOTHING: AuthConfig = {
  jwtSecrets: [],
  jwksUrl: null,
  publicKey: null,
  issuer: null,
  audience: null,
  serviceTokens: [],
};
const secret: Partial<AuthConfig> = { jwtSecrets: ['a-secret-of-at-least-thirty-two-bytes'] };
const keySet: Partial<AuthConfig> = { jwksUrl: 'https://issuer.example/jwks.json' };
const publicKey: Partial<AuthConfig> = {
  publicKey: generateKeyPairSync('ed25519').publicKey.export({ type: 'spki', format: 'pem' }).toString(),
};

describe('configuredKeys', () => {
  it.each([
    ['secrets', secret, ['HS256']],
    ['a key set', keySet, ['RS256', 'ES256', 'EdDSA']],
    ['a public key', publicKey, ['EdDSA']],
  ])('%s', (_what, config, algorithms) => {
    expect(configuredKeys({ ...NOTHING, ...config }).algorithms).toEqual(algorithms);
  });

  it.each([
    ['nothing', {}],
    ['a secret beside a key set', { ...secret, ...keySet }],
    ['a secret beside a public key', { ...secret, ...publicKey }],
    ['all of them', { ...secret, ...keySet, ...publicKey }],
  ])('refuses %s', (_what, config) => {
    expect(() => configuredKeys({ ...NOTHING, ...config })).toThrow(/exactly one/);
  });
});
