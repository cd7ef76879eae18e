const { projects, ...config } = require('./jest.faults.config.js');

/** `npm run fuzz:frames`: a hundred thousand wrong frames. A few thousand of them are part of `npm test`. */
module.exports = {
  ...config,
  projects: projects.map((project) => ({
    ...project,
    displayName: 'fuzz',
    testMatch: ['<rootDir>/test/fuzz/**/*.e2e-spec.ts'],
  })),
};
