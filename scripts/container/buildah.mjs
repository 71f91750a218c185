import path from 'node:path';

import { SetupFailure } from '../setup/failure.mjs';
import { cacheFolder } from '../setup/paths.mjs';
import { run } from '../setup/processes.mjs';
import { requirePrograms } from '../setup/system/programs.mjs';

/** Images and containers, apart from those of anybody else's buildah. */
export const storage = path.join(cacheFolder(), 'container');

/** The programs, by Debian's packages. */
const tools = {
  buildah: 'buildah',
  mmdebstrap: 'mmdebstrap',
  'util-linux': 'unshare',
  iproute2: 'ip',
};

/**
 * What builds and runs images where there is no Docker engine.
 *
 * @type {import('../setup/steps.mjs').Step}
 */
export const containerTools = {
  name: 'container-tools',
  title: 'buildah and mmdebstrap',
  async run(context, task) {
    if (process.getuid() !== 0) {
      throw new SetupFailure('Building and running an image without an engine requires root.', {
        advice: 'Run this command as root, or build the Dockerfile with Docker or Podman.',
      });
    }
    return requirePrograms(tools, context, task);
  },
};

/**
 * A command of buildah over our storage. vfs needs no kernel module and no mounts, at the price of copies.
 *
 * @param {...string} args
 * @returns {[string, string[]]}
 */
export function buildah(...args) {
  return [
    'buildah',
    [
      ...['--root', path.join(storage, 'storage'), '--runroot', path.join(storage, 'run')],
      ...['--storage-driver', 'vfs', ...args],
    ],
  ];
}

/** What is known of an image: its configuration and when it was made; undefined when there is none. */
export async function inspectImage(tag) {
  const { code, stdout } = await run(...buildah('inspect', '--type', 'image', tag));
  return code === 0 ? JSON.parse(stdout).OCIv1 : undefined;
}

/** The size of an image's files, unpacked, in buildah's words: "384 MB". */
export async function imageSize(tag) {
  const { stdout } = await run(...buildah('images', '--json', tag));
  return JSON.parse(stdout)[0].size;
}
