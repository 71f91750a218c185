import path from 'node:path';

import { localProgram, root } from '../setup/paths.mjs';
import { run } from '../setup/processes.mjs';

/**
 * Compiles the tests and runs some of those in the folders of test/, which the package's own run leaves out.
 *
 * @param {string} files below test/, without their ending; a pattern of mocha's
 * @param {object} options
 * @param {string} options.counts where to write how many passed, failed and were skipped
 * @param {string} [options.grep] only the tests whose names match
 * @param {Record<string, string>} options.env
 * @param {string[]} [options.through] a program and its arguments that run what follows them
 * @returns {Promise<number>} an exit code
 */
export async function runEndToEnd(files, { counts, grep, env, through = [] }) {
  const options = { cwd: root, inherit: true };
  const compiled = await run(localProgram('tsc'), ['-p', 'tsconfig.test.json'], options);
  if (compiled.code !== 0) return 1;
  const [program, ...args] = [
    ...[...through, localProgram('mocha')],
    // Its configuration would add the package's other tests.
    ...['--no-config', '--forbid-only', '--require', './build/test/support/cache.js'],
    `build/test/${files}.js`,
    ...['--reporter', path.join(root, 'scripts/test/mocha-reporter.mjs')],
    ...['--reporter-option', `output=${counts}`],
    ...(grep === undefined ? [] : ['--grep', grep]),
  ];
  const { code } = await run(program, args, { ...options, env });
  return code ?? 1;
}
