import { mkdirSync, readFileSync, rmSync } from 'node:fs';
import path from 'node:path';

import { npmCommand } from '../setup/npm.mjs';
import { localProgram, root, shown } from '../setup/paths.mjs';

const { name, version } = JSON.parse(readFileSync(path.join(root, 'package.json'), 'utf8'));
const folder = path.join(root, 'build/package');

export const tarballFile = path.join(folder, `${name}-${version}.tgz`);

/** @type {import('../setup/steps.mjs').Step} */
export const tarball = {
  name: 'package-tarball',
  title: 'npm pack',
  advice: 'Its log says what is missing: create it with npm run prebuild or npm run quickstart.',

  async run(_context, task) {
    rmSync(folder, { recursive: true, force: true });
    mkdirSync(folder, { recursive: true });
    const [command, ...args] = npmCommand();
    await task.exec(command, [...args, 'pack', '--pack-destination', folder], { cwd: root });
    return shown(tarballFile);
  },
};

/**
 * Linters for the package as npm and TypeScript see it.
 *
 * @type {import('../setup/steps.mjs').Step[]}
 */
export const packageLints = [
  {
    name: 'publint',
    title: 'publint',
    async run(_context, task) {
      await task.exec(localProgram('publint'), ['run', tarballFile, '--strict']);
      return 'passed';
    },
  },
  {
    name: 'attw',
    title: 'Are the types wrong?',
    async run(_context, task) {
      // With the resolution of Node.js 10 as well, which reads "typesVersions" but not "exports".
      await task.exec(localProgram('attw'), [tarballFile]);
      return 'no';
    },
  },
];
