export { DeadlineInterceptor } from './deadline.interceptor';
export { httpAdapter } from './http-adapter';
export { openApiDocument, serveOpenApi } from './openapi';
export { addRequestHooks } from './request-hooks';
