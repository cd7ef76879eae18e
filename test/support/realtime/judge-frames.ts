import { takeFaults } from './heard-faults';

/** Run by Jest in every file of a project that has sockets. */
afterEach(() => {
  expect(takeFaults()).toEqual([]);
});
