import path from 'node:path';

import { SetupFailure } from '../setup/failure.mjs';
import { cacheFolder } from '../setup/paths.mjs';
import { run } from '../setup/processes.mjs';
import { requirePrograms } from '../setup/system/programs.mjs';

/** Images and containers, separate from anybody else's in buildah. */
export const storage = path.join(cacheFolder(), 'container');

/** The programs, with their Debian packages. */
const tools = {
  buildah: 'buildah',
  mmdebstrap: 'mmdebstrap',
  'util-linux': 'unshare',
  mount: 'mount',
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
 * A buildah command with its own storage. The driver vfs needs no kernel module and no mounts, but makes copies.
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

/**
 * The properties of an image: its configuration and when it was created; undefined if there is
 * none.
 */
export async function inspectImage(tag) {
  const { code, stdout } = await run(...buildah('inspect', '--type', 'image', tag));
  return code === 0 ? JSON.parse(stdout).OCIv1 : undefined;
}

/** The unpacked size of an image's files, in buildah's format: "384 MB". */
export async function imageSize(tag) {
  const { stdout } = await run(...buildah('images', '--json', tag));
  return JSON.parse(stdout)[0].size;
}
