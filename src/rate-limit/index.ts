export type { Origin } from './client-address';
export { RateLimited } from './rate-limited.error';
export { RateLimitModule } from './rate-limit.module';
export { RateLimits } from './rate-limits';
export type { StandingHeaders } from './standing';
