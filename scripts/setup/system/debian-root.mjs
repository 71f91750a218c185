import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';

import { SetupFailure } from '../failure.mjs';
import { dataFolder, root } from '../paths.mjs';
import { run } from '../processes.mjs';
import { makeDebian } from './mmdebstrap.mjs';
import { requirePrograms } from './programs.mjs';

/** The programs that create one and run in it, with their Debian packages. */
const programs = { mmdebstrap: 'mmdebstrap', 'util-linux': 'unshare', mount: 'mount' };

/** The processors' names, by those of `process.arch`. */
const debianArchitectures = { x64: 'amd64', arm64: 'arm64' };

/**
 * A Debian in a folder, out of packages of this machine's mirror: a step of a set-up.
 *
 * @param {object} options
 * @param {string} options.name of the step
 * @param {string} options.title
 * @param {string} options.folder
 * @param {string} options.suite
 * @param {string[]} options.packages beside the essential ones
 * @param {string} [options.foreign] a processor, as in `process.arch`, of which packages can be installed too
 * @returns {import('../steps.mjs').Step}
 */
export function debianRoot({ name, title, folder, suite, packages, foreign }) {
  return {
    name,
    title,
    advice: 'Check whether `apt-get update` works on this machine, then run this command again.',

    async run(context, task) {
      if (process.getuid() !== 0) {
        throw new SetupFailure('Creating a Debian root and running in it requires root.', {
          advice: 'Run this command as root.',
        });
      }
      await requirePrograms(programs, context, task);
      await requireMounts();
      const wanted = packages.join(',');
      const record = path.join(folder, 'etc/wasmedge-embed-packages');
      if (existsSync(record) && readFileSync(record, 'utf8') === wanted) return 'up to date';

      const architectures = [process.arch, ...(foreign ? [foreign] : [])];
      const args = [
        `--include=${wanted}`,
        `--architectures=${architectures.map((each) => debianArchitectures[each]).join(',')}`,
        // The list of a changing suite expires after a week, and a mirror may be older. It is
        // signed.
        '--aptopt=Acquire::Check-Valid-Until "false"',
      ];
      await makeDebian({ suite, target: folder, args }, task);
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
 * A command that runs in a Debian in a folder, as root, below its own /proc, with the network of this machine.
 * Folders of this machine are seen there for as long as it runs, and no longer.
 *
 * @param {string} folder the system's
 * @param {object} options
 * @param {Record<string, string>} options.binds folders of this machine, by their places there; one inside another
 *   comes after it
 * @param {string} options.cwd there
 * @param {Record<string, string>} options.env all variables
 * @param {string[]} words the command and its arguments
 * @returns {[string, string[]]}
 */
export function inside(folder, { binds, cwd, env }, words) {
  for (const place of Object.keys(binds)) mkdirSync(path.join(folder, place), { recursive: true });
  const mounts = Object.entries(binds).flatMap(([place, source]) => [
    source,
    path.join(folder, place),
  ]);
  // The shell stays as the first process of the namespace: it waits for orphaned processes.
  const script = `
    count=$1; shift
    while [ "$count" -gt 0 ]; do mount --bind "$1" "$2"; shift 2; count=$((count - 1)); done
    "$@"; exit`;
  const variables = Object.entries(env).map(([name, value]) => `${name}=${value}`);
  return [
    'unshare',
    [
      // A separate namespace: the mounts end with the command.
      ...['--mount', '--pid', '--fork', '--kill-child', `--mount-proc=${folder}/proc`],
      ...['sh', '-ec', script, 'sh', String(mounts.length / 2), ...mounts],
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

/** This repository and the sample data, if any, at the same paths as here; for `inside`. */
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
