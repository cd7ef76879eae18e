import type { AuthConfig } from '../config';
import { ServiceTokens } from './service-tokens';

describe('ServiceTokens', () => {
  const tokens = new ServiceTokens({
    serviceTokens: ['the-new-token', 'the-old-token'],
  } as unknown as AuthConfig);

  it.each(['the-new-token', 'the-old-token'])('include %s', (token) => {
    expect(tokens.include(token)).toBe(true);
  });

  it.each(['', 'the-new-toke', 'the-new-token2', 'THE-NEW-TOKEN', 'the-new-token,the-old-token'])(
    'do not include %p',
    (token) => {
      expect(tokens.include(token)).toBe(false);
    },
  );

  it('include nothing when none is configured', () => {
    expect(new ServiceTokens({ serviceTokens: [] } as unknown as AuthConfig).include('')).toBe(false);
  });
});
