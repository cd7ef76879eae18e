export { Public, SERVICE_SCHEME, ServiceOnly } from './access.decorators';
export { isUnknownCaller, ServiceTokenRefused, TokenExpired, Unauthenticated } from './auth.errors';
export { AuthModule } from './auth.module';
export { Authenticator } from './authenticator';
export { type Caller, callerOf, type ServiceCaller, type UserCaller } from './caller';
export { CurrentActor, CurrentService } from './caller.decorators';
export type { VerifiedToken } from './token-verifier';
export { UserRegistry } from './user-registry';
