import path from 'node:path';

import { rustEnvironment } from '../../scripts/setup/machine.mjs';
import { installDependencies, npmCommand } from '../../scripts/setup/npm.mjs';
import { root } from '../../scripts/setup/paths.mjs';

const folder = path.join(root, 'examples');

/**
 * What the examples need before they run, after the set-up's own system packages.
 *
 * @type {import('../../scripts/setup/steps.mjs').Step[]}
 */
export const exampleSteps = [
  {
    name: 'example-dependencies',
    title: 'npm dependencies of the examples',
    advice: 'Check whether npm reaches its registry (`npm ping`), then run this command again.',
    run: (_context, task) => installDependencies(folder, task),
  },
  {
    name: 'example-guests',
    title: 'Guests of the examples',
    advice:
      'Mend what cargo or make complains of, or see whether cargo reaches crates.io or the mirror that it is\n' +
      'configured for; then run this command again.',
    // As a user would: cargo and make detect by themselves what has changed.
    async run({ machine }, task) {
      const [command, ...args] = npmCommand();
      await task.exec(command, [...args, 'run', 'build', '--workspaces', '--if-present'], {
        cwd: folder,
        env: { ...rustEnvironment(machine), CC: machine.wasiCompiler.command },
      });
    },
  },
];
