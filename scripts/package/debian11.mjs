import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';

import { SetupFailure } from '../setup/failure.mjs';
import { cacheFolder } from '../setup/paths.mjs';
import { describeSource, findDebianSource, readSources } from '../setup/system/apt-sources.mjs';
import { requirePrograms } from '../setup/system/programs.mjs';

const suite = 'bullseye';
/** glibc 2.31 and GCC 10: what is built here needs nothing newer. */
const packages = ['ca-certificates', 'cmake', 'make', 'python3'];
const compilers = {
  x64: { native: 'g++', cross: 'g++-x86-64-linux-gnu', triple: 'x86_64-linux-gnu' },
  arm64: { native: 'g++', cross: 'g++-aarch64-linux-gnu', triple: 'aarch64-linux-gnu' },
};

/** The programs that make it and run in it, by Debian's packages. */
const programs = { mmdebstrap: 'mmdebstrap', 'util-linux': 'unshare', mount: 'mount' };

/** The folder of the Debian 11 that builds for a processor, as in `process.arch`. */
export function debian11Folder(arch) {
  return path.join(cacheFolder(), `debian-11-for-${arch}`);
}

/** What the names of a processor's compiler and of its companions begin with, there. */
export function toolPrefix(arch) {
  return `${compilers[arch].triple}-`;
}

/**
 * A Debian 11 with compilers, out of packages of this machine's mirror.
 *
 * @param {string} arch for which it builds, as in `process.arch`
 * @returns {import('../setup/steps.mjs').Step}
 */
export function debian11(arch) {
  return {
    name: `debian-11-${arch}`,
    title: `Debian 11 that builds for ${arch} (a minute or two)`,
    advice: 'See whether `apt-get update` works on this machine, then run this command again.',

    async run(context, task) {
      if (process.getuid() !== 0) {
        throw new SetupFailure('Making a Debian of its own, and running in it, needs root.', {
          advice: 'Run this command as root.',
        });
      }
      await requirePrograms(programs, context, task);
      const { native, cross } = compilers[arch];
      const wanted = [...packages, arch === process.arch ? native : cross].join(',');
      const folder = debian11Folder(arch);
      const record = path.join(folder, 'etc/wasmedge-embed-packages');
      if (existsSync(record) && readFileSync(record, 'utf8') === wanted) return 'up to date';

      const source = findDebianSource(readSources());
      if (!source) {
        throw new SetupFailure('No package source of apt is one of Debian.', {
          advice: 'Run this command on a Debian.',
        });
      }
      const sources = `${folder}.sources`;
      rmSync(folder, { recursive: true, force: true });
      mkdirSync(path.dirname(folder), { recursive: true });
      writeFileSync(sources, describeSource(source, suite));
      await task.exec('mmdebstrap', [
        ...['--variant=minbase', `--include=${wanted}`, suite, folder, sources],
      ]);
      rmSync(sources);
      // Last: without it, it counts as not made.
      writeFileSync(record, wanted);
      return undefined;
    },
  };
}

/**
 * A command that runs in it, as root, below its own /proc, with the network of this machine. Folders of this
 * machine are seen there for as long as it runs, and no longer.
 *
 * @param {string} folder the system's
 * @param {object} options
 * @param {Record<string, string>} options.binds folders of this machine, by their places there
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
  const script = `
    count=$1; shift
    while [ "$count" -gt 0 ]; do mount --bind "$1" "$2"; shift 2; count=$((count - 1)); done
    exec "$@"`;
  const variables = Object.entries(env).map(([name, value]) => `${name}=${value}`);
  return [
    'unshare',
    [
      // A namespace of its own: the mounts end with the command.
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
