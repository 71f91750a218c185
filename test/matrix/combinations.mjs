import path from 'node:path';

import { nodeFolder, packageTools } from '../../scripts/package/tools.mjs';
import { root } from '../../scripts/setup/paths.mjs';
import { forky, forkyGuests, inForky } from './forky.mjs';

/**
 * A Node.js and a WasmEdge with which the package's tests run.
 *
 * @typedef {object} Combination
 * @property {string} name for --only
 * @property {string} title
 * @property {import('../../scripts/setup/steps.mjs').Step[]} steps what makes it
 * @property {(args: string[]) => import('../runner/checks.mjs').Command} node runs Node.js with these arguments
 */

/** @type {Combination[]} */
export const combinations = [
  ...[20, 22, 24, 26].map((line) => ({
    name: `node-${line}`,
    title: `Node.js ${line}, WasmEdge of this machine`,
    steps: [packageTools],
    node: (args) => {
      const programs = path.join(nodeFolder(line), 'bin');
      const env = { PATH: `${programs}${path.delimiter}${process.env.PATH}` };
      return { command: path.join(programs, 'node'), args, options: { cwd: root, env } };
    },
  })),
  {
    name: 'forky',
    title: 'Node.js and WasmEdge of Debian forky',
    steps: [forky, forkyGuests],
    node: (args) => inForky(['node', ...args]),
  },
];
