import { Module } from '@nestjs/common';
import { APP_GUARD } from '@nestjs/core';
import { AuthConfig } from '../config';
import { RateLimitModule } from '../rate-limit';
import { AccessGuard } from './access.guard';
import { Authenticator } from './authenticator';
import { JwtVerifier } from './jwt-verifier';
import { configuredKeys } from './keys/configured-keys';
import { RememberingVerifier } from './remembering-verifier';
import { ServiceTokens } from './service-tokens';
import { TokenVerifier } from './token-verifier';

/** Puts the guard before every route of the application, and offers the `Authenticator` to other doors. */
@Module({
  imports: [RateLimitModule],
  providers: [
    { provide: TokenVerifier, inject: [AuthConfig], useFactory: tokenVerifier },
    Authenticator,
    ServiceTokens,
    { provide: APP_GUARD, useClass: AccessGuard },
  ],
  exports: [Authenticator],
})
export class AuthModule {}

function tokenVerifier(config: AuthConfig): TokenVerifier {
  const keys = configuredKeys(config);
  return new RememberingVerifier(new JwtVerifier(keys, config), keys);
}
