import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';

import { SetupFailure } from '../../scripts/setup/failure.mjs';
import { inspectMachine } from '../../scripts/setup/machine.mjs';
import { cacheFolder, root } from '../../scripts/setup/paths.mjs';

// The emulator is part of the same release.
const { package: samCli, version } = JSON.parse(
  readFileSync(new URL('../../lambda/runtime/emulator.json', import.meta.url), 'utf8'),
);
const environment = path.join(cacheFolder(), `${samCli}-${version}`);
const template = path.join(root, 'template.yaml');
const program = (name) => path.join(environment, 'bin', name);

/**
 * Checks template.yaml with cfn-lint and with AWS's SAM CLI, which contains it.
 *
 * @type {import('../../scripts/setup/steps.mjs').Step[]}
 */
export const templateChecks = [
  {
    name: 'sam-cli',
    title: `SAM CLI ${version} and cfn-lint`,
    advice: 'Check whether pip reaches its package index, then run this command again.',
    async run(context, task) {
      const complete = path.join(environment, 'complete');
      if (existsSync(complete)) return 'up to date';
      context.machine ??= await inspectMachine();
      const { command } = context.machine.python;
      if (command === undefined) {
        throw new SetupFailure('There is no Python 3 with pip.', {
          advice: 'apt-get install python3-venv',
        });
      }
      // Installed in its final place, because its programs contain the folder's path; the mark
      // comes last.
      rmSync(environment, { recursive: true, force: true });
      await task.exec(command, ['-m', 'venv', environment], {
        advice: 'apt-get install python3-venv, then run this command again.',
      });
      await task.exec(program('pip'), [
        ...['install', '--disable-pip-version-check', '--progress-bar=off'],
        ...['--only-binary=:all:', `${samCli}==${version}`],
      ]);
      writeFileSync(complete, '');
      return undefined;
    },
  },
  {
    name: 'cfn-lint',
    title: 'template.yaml, cfn-lint',
    async run(_context, task) {
      await task.exec(program('cfn-lint'), ['--template', template]);
      return 'passed';
    },
  },
  {
    name: 'sam-validate',
    title: 'template.yaml, sam validate --lint',
    async run(_context, task) {
      await task.exec(program('sam'), ['validate', '--lint', '--template-file', template], {
        // No region is contacted, and no telemetry is sent.
        env: { AWS_DEFAULT_REGION: 'us-east-1', SAM_CLI_TELEMETRY: '0' },
      });
      return 'passed';
    },
  },
];
