export { allowOrigins } from './cors';
export { DeadlineInterceptor } from './deadline.interceptor';
export { httpAdapter } from './http-adapter';
export { openApiDocument, serveOpenApi } from './openapi';
export { readJsonOnly } from './json-body';
export { KnownInputInterceptor } from './known-input.interceptor';
export { addRequestHooks } from './request-hooks';
export { takeOddRequests } from './odd-requests';
export { RequestRecords } from './request-records';
