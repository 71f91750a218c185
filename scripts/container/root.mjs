import { chmodSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';

import { SetupFailure } from '../setup/failure.mjs';
import { cacheFolder, dataFolder, root } from '../setup/paths.mjs';
import { run } from '../setup/processes.mjs';
import { baseImage, containerBase } from './base.mjs';
import { buildah, containerTools } from './buildah.mjs';

/** The folder of a root in the cache. */
export function rootFolder(name) {
  return path.join(cacheFolder(), name);
}

/**
 * A Debian in a folder of the cache, built from a Dockerfile that installs packages: a step of a set-up. Another
 * engine builds it too: `docker build --output FOLDER`.
 *
 * @param {object} options
 * @param {string} options.name of the step and the folder
 * @param {string} options.title
 * @param {string} options.suite of the base image
 * @param {string} options.file the Dockerfile, below the repository
 * @param {string[]} [options.buildArguments] NAME=VALUE
 * @returns {import('../setup/steps.mjs').Step}
 */
export function debianRoot({ name, title, suite, file, buildArguments = [] }) {
  return {
    name,
    title,
    advice: 'Check whether `apt-get update` works on this machine, then run this command again.',

    async run(context, task) {
      await containerTools.run(context, task);
      await requireMounts();
      const folder = rootFolder(name);
      const wanted = [readFileSync(path.join(root, file), 'utf8'), ...buildArguments].join('\n');
      const record = path.join(folder, 'etc/wasmedge-embed-root');
      if (existsSync(record) && readFileSync(record, 'utf8') === wanted) return 'up to date';

      await containerBase(suite).run(context, task);
      rmSync(folder, { recursive: true, force: true });
      const tag = `localhost/${name}:latest`;
      await task.exec(
        ...buildah(
          ...['build', '--isolation', 'chroot', '--file', path.join(root, file), '--tag', tag],
          ...[`BASE=${baseImage(suite)}`, ...buildArguments].flatMap((each) => [
            '--build-arg',
            each,
          ]),
          ...['--output', folder, path.dirname(path.join(root, file))],
        ),
      );
      // buildah creates the folder for its owner only, but tests run programs as other users.
      chmodSync(folder, 0o755);
      // Only the folder is used.
      await task.exec(...buildah('rmi', tag));
      // Last: without it, the root counts as incomplete.
      writeFileSync(record, wanted);
      return undefined;
    },
  };
}

/** Private mounts for a command, as created by `inside`. */
async function requireMounts() {
  const { code, output } = await run('unshare', ['--mount', 'true']);
  if (code === 0) return;
  throw new SetupFailure(`Commands cannot have their own mounts here: ${output.trim()}.`, {
    advice:
      'In a chroot its folder has to be a mount point: `mount --bind FOLDER FOLDER` before it is entered.\n' +
      'In a container this takes the capability CAP_SYS_ADMIN.',
  });
}

/**
 * A command that runs as root in a Debian in a folder, with its own /proc and the network of this machine. Folders of
 * this machine are mounted there as long as it runs.
 *
 * @param {string} folder of the Debian
 * @param {object} options
 * @param {Record<string, string>} options.binds folders of this machine, by their paths in the Debian; a nested one
 *   after the one that contains it
 * @param {string} options.cwd in the Debian
 * @param {Record<string, string>} options.env the whole environment
 * @param {string[]} words the command and its arguments
 * @returns {[string, string[]]}
 */
export function inside(folder, { binds, cwd, env }, words) {
  for (const place of Object.keys(binds)) mkdirSync(path.join(folder, place), { recursive: true });
  const mounts = Object.entries(binds).flatMap(([place, source]) => [
    source,
    path.join(folder, place),
  ]);
  // The shell stays as the first process of the namespace: it waits for orphaned processes. The folder becomes a mount
  // point, since only then can a program in it have mounts of its own.
  const script = `
    mount --rbind "$1" "$1"; shift
    count=$1; shift
    while [ "$count" -gt 0 ]; do mount --bind "$1" "$2"; shift 2; count=$((count - 1)); done
    "$@"; exit`;
  const variables = Object.entries(env).map(([name, value]) => `${name}=${value}`);
  return [
    'unshare',
    [
      // A separate namespace: the mounts end with the command.
      ...['--mount', '--pid', '--fork', '--kill-child', `--mount-proc=${folder}/proc`],
      ...['sh', '-ec', script, 'sh', folder, String(mounts.length / 2), ...mounts],
      ...[
        'chroot',
        folder,
        'env',
        '--ignore-environment',
        `--chdir=${cwd}`,
        ...variables,
        ...words,
      ],
    ],
  ];
}

/** For `inside`: this repository and the sample data, if any, at the same paths. */
export function repository() {
  const data = dataFolder();
  const required = process.env.WASMEDGE_EMBED_DATA_REQUIRED;
  return {
    binds: { [root]: root, ...(existsSync(data) && { [data]: data }) },
    env: {
      HOME: '/root',
      LC_ALL: 'C.UTF-8',
      WASMEDGE_EMBED_DATA: data,
      ...(required && { WASMEDGE_EMBED_DATA_REQUIRED: required }),
    },
  };
}
