export { allowOrigins } from './cors';
export { DeadlineInterceptor } from './deadline.interceptor';
export { httpAdapter } from './http-adapter';
export { openApiDocument, serveOpenApi } from './openapi';
export { KnownQueryInterceptor } from './known-query.interceptor';
export { addRequestHooks } from './request-hooks';
