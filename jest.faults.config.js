const { projects, ...config } = require('./jest.config.js');
const stories = projects.find(({ displayName }) => displayName === 'e2e');

/** The long run, `npm run faults`: what takes minutes, or compares times and wants a machine to itself. */
module.exports = {
  ...config,
  // One after the other: most of them have a machine of their own in mind.
  maxWorkers: 1,
  // In its one process, whatever a test left open would keep Jest from ending.
  forceExit: true,
  projects: [{ ...stories, displayName: 'faults', testMatch: ['<rootDir>/test/faults/**/*.e2e-spec.ts'] }],
};
