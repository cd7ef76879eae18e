/** Of the Redis that test/global-setup.mjs started. */
export function testRedisUrl(): string {
  const { TEST_REDIS_URL: url } = process.env;
  if (url === undefined) {
    throw new Error('TEST_REDIS_URL is not set: run this test in a project of jest.config.js.');
  }
  return url;
}
