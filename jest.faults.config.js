const { projects, ...config } = require('./jest.config.js');
const stories = projects.find(({ displayName }) => displayName === 'e2e');

/** The long run, `npm run faults`: what takes minutes, or compares times and wants a machine to itself. */
module.exports = {
  ...config,
  maxWorkers: 2,
  projects: [{ ...stories, displayName: 'faults', testMatch: ['<rootDir>/test/faults/**/*.e2e-spec.ts'] }],
};
