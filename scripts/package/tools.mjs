import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

import { sha256 } from '../setup/files.mjs';
import { installLocked } from '../setup/npm.mjs';
import { cacheFolder } from '../setup/paths.mjs';

const sources = fileURLToPath(new URL('./tools', import.meta.url));
const lock = readFileSync(path.join(sources, 'package-lock.json'));
const folder = path.join(cacheFolder(), `package-tools-${sha256(lock).slice(0, 16)}`);

/** Package managers, by their names in tools/package.json, such as "npm-10". */
export const toolsFolder = path.join(folder, 'node_modules');

/** The folder of a Node.js version line: it contains bin/node and, in include/node, its headers. */
export function nodeFolder(line) {
  return path.join(toolsFolder, `node-${line}-${process.arch}`);
}

/**
 * The tools with which the package is built and tested, pinned by tools/package-lock.json.
 *
 * @type {import('../setup/steps.mjs').Step}
 */
export const packageTools = {
  name: 'package-tools',
  title: 'Node.js 20 to 26, npm 10 to 12, pnpm, Yarn',
  advice: 'Check whether npm reaches its registry (`npm ping`), then run this command again.',

  async run(_context, task) {
    if (existsSync(folder)) return 'up to date';
    await installLocked(sources, folder, task, { args: ['--ignore-scripts'] });
    return undefined;
  },
};
