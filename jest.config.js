const { availableParallelism } = require('node:os');

/** Unit tests need nothing but Node. The others share one Postgres and one Redis, started for the run. */
const shared = {
  testEnvironment: 'node',
  transform: { '^.+\\.ts$': '@swc/jest' },
};

const withInfrastructure = {
  ...shared,
  globalSetup: '<rootDir>/test/global-setup.mjs',
  globalTeardown: '<rootDir>/test/global-teardown.mjs',
  setupFilesAfterEnv: ['<rootDir>/test/support/realtime/judge-frames.ts'],
};

module.exports = {
  projects: [
    {
      ...shared,
      displayName: 'unit',
      testMatch: ['<rootDir>/{src,test,examples}/**/*.spec.ts'],
    },
    {
      ...withInfrastructure,
      displayName: 'integration',
      testMatch: ['<rootDir>/test/integration/**/*.int-spec.ts'],
    },
    {
      ...withInfrastructure,
      displayName: 'e2e',
      testMatch: ['<rootDir>/{test/e2e,test/properties,examples}/**/*.e2e-spec.ts'],
    },
  ],
  // One more than there are cores, since stories wait more than they compute. At least two in any case: a worker that
  // a test has left something open in is ended by Jest, Jest itself would never end.
  maxWorkers: availableParallelism() + 1,
  // Enough for a slow machine. Jest heeds it here only, not in a project.
  testTimeout: 30_000,
  // Counted by `npm test` without arguments.
  coverageProvider: 'v8',
  collectCoverageFrom: ['src/**/*.ts', '!src/main.ts', '!src/**/*.spec.ts'],
  coverageReporters: ['text-summary', 'lcovonly'],
  coverageThreshold: { global: { lines: 95 } },
};
