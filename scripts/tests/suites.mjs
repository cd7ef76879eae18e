import { execFile } from 'node:child_process';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join, relative } from 'node:path';
import { promisify } from 'node:util';
import { inPrivate, inProject, projectFolder } from '../run/project.mjs';

export const JEST = inProject('node_modules/jest/bin/jest.js');

/** Test files of one suite. More would save little, and leave workers idle at the end. */
const FILES = 7;

/**
 * Writes suites of several test files each, and a configuration of Jest that runs them in place of the files. Jest
 * loads every module anew for every file it runs, and of this service that is 2,400 modules and some three seconds:
 * in a run of everything, more than the tests themselves take.
 *
 * @returns {Promise<string>} path of that configuration
 */
export async function writeSuites() {
  const config = createRequire(import.meta.url)('../../jest.config.js');
  const folder = inPrivate('suites');
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder);
  const projects = await Promise.all(
    config.projects.map(async (project) => {
      const suites = dealt(await filesOf(project));
      suites.forEach((files, index) => writeFileSync(join(folder, nameOf(project, index)), suiteOf(files)));
      return { ...project, rootDir: projectFolder, testMatch: [join(folder, nameOf(project, '*'))] };
    }),
  );
  const path = join(folder, 'jest.config.json');
  writeFileSync(path, JSON.stringify({ ...config, rootDir: projectFolder, projects }));
  return path;
}

async function filesOf({ displayName }) {
  const args = [JEST, '--listTests', '--json', '--selectProjects', displayName];
  const { stdout } = await promisify(execFile)(process.execPath, args, { cwd: projectFolder });
  return JSON.parse(stdout).sort();
}

/** Neighbours take alike long, so each goes to another suite. */
function dealt(files) {
  const suites = Array.from({ length: Math.ceil(files.length / FILES) }, () => []);
  files.forEach((file, index) => suites[index % suites.length].push(file));
  return suites;
}

function nameOf({ displayName }, index) {
  return `${displayName}-${index}.suite.js`;
}

function suiteOf(files) {
  return files
    .map((file) => {
      const name = JSON.stringify(relative(projectFolder, file));
      return `describe(${name}, () => void require(${JSON.stringify(file)}));\n`;
    })
    .join('');
}
