import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';

import { SetupFailure } from '../setup/failure.mjs';
import { run } from '../setup/processes.mjs';
import { buildah, inspectImage } from './buildah.mjs';

/**
 * Runs an image as an engine would: its entry point with its command, environment, folder and user, below
 * its own /proc. The network is this machine's.
 *
 * @param {string} tag
 * @param {object} [options]
 * @param {string} [options.entryPoint] in place of the image's, without its command
 * @param {string[]} [options.command] in place of the image's
 * @param {string[]} [options.environment] NAME=VALUE
 * @returns {Promise<number>} the exit code
 */
export async function runImage(tag, { entryPoint, command = [], environment = [] } = {}) {
  const image = await inspectImage(tag);
  if (!image) {
    throw new SetupFailure(`There is no image ${tag}: create it with npm run container -- build.`);
  }
  const { Entrypoint = [], Cmd = [] } = image.config;
  const words =
    entryPoint === undefined
      ? [...Entrypoint, ...(command.length > 0 ? command : Cmd)]
      : [entryPoint, ...command];

  const { code: created, stdout, output } = await run(...buildah('from', '--pull=false', tag));
  if (created !== 0) throw new SetupFailure(`The container cannot be created: ${output.trim()}`);
  const container = stdout.trim();
  const [program, args] = buildah(
    ...['run', '--isolation', 'chroot', ...environment.flatMap((each) => ['--env', each])],
    ...[container, '--', ...words],
  );
  // When process 1 of this namespace ends, all its processes end, whatever they started.
  const namespace = ['--pid', '--fork', '--kill-child', '--mount-proc'];
  const child = spawn('unshare', [...namespace, program, ...args], { stdio: 'inherit' });
  // Also if a signal ends this process; unshare itself reacts to no other one.
  process.once('exit', () => {
    child.kill('SIGKILL');
    spawnSync(...buildah('rm', container));
  });
  const [code] = await once(child, 'close');
  return code ?? 1;
}
