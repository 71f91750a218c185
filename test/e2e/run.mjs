import { rmSync } from 'node:fs';
import path from 'node:path';
import { parseArgs } from 'node:util';

import { runCommand } from '../../scripts/setup/index.mjs';
import { compileTests, localProgram, root, setupFolder } from '../../scripts/setup/paths.mjs';
import { run } from '../../scripts/setup/processes.mjs';
import { fillTestCache } from '../setup/test-guest-compilation.mjs';
import { runSteps } from '../../scripts/setup/steps.mjs';

/**
 * A command that sets something up and then runs some of the tests in the subfolders of test/,
 * which the package's own run omits. It accepts --grep, --counts, --yes and --help.
 *
 * @param {object} command
 * @param {string} command.help
 * @param {string} command.name of the file that has the counts, by default
 * @param {string | ((values: object) => string)} command.files below test/, without their ending; a pattern of mocha's
 * @param {import('node:util').ParseArgsConfig['options']} [command.options] further ones
 * @param {(values: object) => import('../../scripts/setup/steps.mjs').Step[]} command.steps
 * @param {(context: import('../../scripts/setup/steps.mjs').Context, values: object) => Record<string, string>} command.env of the
 *   tests, when the steps are done
 * @param {string[]} [command.through] a program and its arguments that run what follows them
 * @param {(values: object) => Promise<void>} [command.after] when all tests have passed
 */
export function runEndToEnd({ help, name, files, options, steps, env, through = [], after }) {
  const counts = path.join(setupFolder, `mocha-${name}.json`);
  const readOptions = () =>
    parseArgs({
      options: {
        ...options,
        grep: { type: 'string' },
        counts: { type: 'string', default: counts },
        yes: { type: 'boolean', short: 'y' },
        help: { type: 'boolean', short: 'h' },
      },
    }).values;

  return runCommand(help, readOptions, async (values) => {
    rmSync(values.counts, { force: true });
    const context = { forTests: true, yes: Boolean(values.yes), photographs: [] };
    await runSteps(steps(values), context);
    const pattern = typeof files === 'string' ? files : files(values);
    const code = await runTests(pattern, { ...values, env: env(context, values), through });
    if (code === 0) await after?.(values);
    return code;
  });
}

async function runTests(files, { counts, grep, env, through }) {
  const options = { cwd: root, inherit: true };
  const compiled = await run(process.execPath, [compileTests], options);
  if (compiled.code !== 0) return 1;
  await fillTestCache();
  const [program, ...args] = [
    ...[...through, localProgram('mocha')],
    ...['--no-config', '--forbid-only', '--require', './build/test/support/cache.js'],
    `build/test/${files}.js`,
    ...['--reporter', path.join(root, 'test/runner/mocha-reporter.mjs')],
    ...['--reporter-option', `output=${counts}`],
    ...(grep === undefined ? [] : ['--grep', grep]),
  ];
  const { code } = await run(program, args, { ...options, env });
  return code ?? 1;
}
