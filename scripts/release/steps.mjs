import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';

import { architectures, stateOfPrebuild } from '../package/prebuilds.mjs';
import { tarballFile } from '../package/tarball.mjs';
import { SetupFailure } from '../setup/failure.mjs';
import { cargo } from '../setup/guests.mjs';
import { inspectMachine } from '../setup/machine.mjs';
import { npmCommand } from '../setup/npm.mjs';
import { root } from '../setup/paths.mjs';
import { releaseIn } from './changelog.mjs';
import { cratesIn, incompatible, npmDependenciesIn } from './licences.mjs';

/**
 * One line of the checklist before a release.
 *
 * @typedef {object} ReleaseStep
 * @property {string} name of its log
 * @property {string} title
 * @property {boolean} [long] only started if everything before it has passed
 * @property {(task: import('../setup/task.mjs').Task, options: { all?: boolean }) => Promise<string>} run
 *   returns what it found; throws a SetupFailure that describes a problem
 */

/** @type {ReleaseStep[]} */
export const releaseSteps = [
  {
    name: 'tree',
    title: 'Clean tree',
    async run(task) {
      const changes = await stdoutOf(task, 'git', ['status', '--porcelain']);
      if (changes !== '') {
        throw new SetupFailure(`There are uncommitted changes:\n${changes}`);
      }
      const branch = await stdoutOf(task, 'git', ['rev-parse', '--abbrev-ref', 'HEAD']);
      if (branch !== 'main')
        throw new SetupFailure(`Releases are made from main, this is ${branch}.`);
      return `${branch} at ${await stdoutOf(task, 'git', ['rev-parse', '--short', 'HEAD'])}`;
    },
  },
  {
    name: 'version',
    title: 'Version',
    async run(task) {
      const { version, private: isPrivate } = readJson('package.json');
      const lock = readJson('package-lock.json');
      if (lock.version !== version || lock.packages[''].version !== version) {
        throw new SetupFailure(
          `package.json has the version ${version}, package-lock.json a different one: run npm install.`,
        );
      }
      const tag = `v${version}`;
      if ((await stdoutOf(task, 'git', ['tag', '--list', tag])) !== '') {
        throw new SetupFailure(
          `The tag ${tag} already exists: set the next version with npm version.`,
        );
      }
      const { date } = releaseIn(readText('CHANGELOG.md'), version);
      if (isPrivate) {
        throw new SetupFailure(
          'package.json has "private": true, so npm does not publish it: remove that in the release commit.',
        );
      }
      return `${version} of ${date}`;
    },
  },
  {
    name: 'lock',
    title: 'Lock file',
    async run(task) {
      const [command, ...args] = npmCommand();
      await task.exec(command, [...args, 'ci', '--dry-run', '--ignore-scripts', '--no-audit'], {
        cwd: root,
        advice: 'package.json and package-lock.json disagree: run npm install.',
      });
      const { packages } = readJson('package-lock.json');
      const fixed = Object.values(packages).filter(({ resolved }) => resolved?.startsWith('http'));
      if (fixed.length > 0) {
        throw new SetupFailure(
          `package-lock.json names the host of ${fixed.length} packages: run npm install with omit-lockfile-registry-resolved.`,
        );
      }
      return `${Object.keys(packages).length - 1} packages, in sync`;
    },
  },
  {
    name: 'licences',
    title: 'Licences of dependencies',
    async run(task) {
      const machine = await inspectMachine();
      const { command, args, options } = cargo(machine, 'metadata', ['--format-version', '1']);
      const { stdout } = await task.exec(command, args, options);
      const dependencies = [
        ...npmDependenciesIn(readJson('package-lock.json')),
        ...cratesIn(JSON.parse(stdout)),
      ];
      const refused = incompatible(dependencies);
      if (refused.length > 0) {
        throw new SetupFailure(
          `Not compatible with Apache-2.0, or unknown (scripts/release/licences.mjs):\n${refused.join('\n')}`,
        );
      }
      const shipped = dependencies.filter(({ isShipped }) => isShipped).length;
      return `${dependencies.length} compatible, ${shipped} of them shipped`;
    },
  },
  npmStep('lint', 'Formats, linters, API reference'),
  {
    ...npmStep('test', 'Tests'),
    run: (task, { all }) =>
      runNpmScript(task, all ? 'test:all' : 'test', {
        env: { WASMEDGE_EMBED_DATA_REQUIRED: '1' },
      }),
  },
  {
    ...npmStep('prebuild', 'Prebuilds'),
    async run(task) {
      const args = architectures.flatMap((name) => ['--arch', name]);
      await runNpmScript(task, 'prebuild', { args });
      const bad = architectures.filter((name) => stateOfPrebuild(name) !== 'current');
      if (bad.length > 0) {
        throw new SetupFailure(
          `For ${bad.join(', ')}, the prebuild is missing or was built from other sources.`,
        );
      }
      return architectures.join(', ');
    },
  },
  npmStep('test:arm64', 'Native tests for arm64, in QEMU'),
  npmStep('test:package', 'Package: symbol versions, types, installed and used'),
  npmStep('test:matrix', 'Every line of Node.js and of WasmEdge'),
  {
    name: 'pack',
    title: 'Contents of the package',
    long: true,
    async run(task) {
      // The tarball that was just tested.
      const [command, ...args] = npmCommand();
      const { stdout } = await task.exec(
        command,
        [...args, 'pack', tarballFile, '--dry-run', '--json', '--ignore-scripts'],
        { cwd: root },
      );
      const [{ files, size, unpackedSize }] = JSON.parse(stdout.slice(stdout.indexOf('[')));
      await task.say(listing(files));
      return `${files.length} files, ${megabytes(size)} packed, ${megabytes(unpackedSize)} unpacked`;
    },
  },
];

/** @returns {ReleaseStep} */
function npmStep(script, title) {
  return {
    name: script.replaceAll(':', '-'),
    title: `${title} (npm run ${script})`,
    long: true,
    run: (task) => runNpmScript(task, script),
  };
}

async function runNpmScript(task, script, { args = [], env = {} } = {}) {
  if (readJson('package.json').scripts[script] === undefined) {
    throw new SetupFailure(`package.json has no script '${script}'.`);
  }
  const [command, ...npm] = npmCommand();
  const run = [...npm, 'run', '--silent', script, '--', ...args];
  const { output } = await task.exec(command, run, { cwd: root, env });
  return output.trimEnd().split('\n').at(-1)?.trim() || 'done';
}

/** Files and bytes by folder. */
function listing(files) {
  const folders = new Map();
  for (const { path: file, size } of files) {
    const folder = file.split('/').slice(0, -1).slice(0, 2).join('/') || '.';
    const { count, bytes } = folders.get(folder) ?? { count: 0, bytes: 0 };
    folders.set(folder, { count: count + 1, bytes: bytes + size });
  }
  return [...folders]
    .sort(([one], [other]) => (one < other ? -1 : 1))
    .map(
      ([folder, { count, bytes }]) =>
        `      ${folder.padEnd(28)} ${String(count).padStart(5)} files ${megabytes(bytes).padStart(9)}`,
    )
    .join('\n');
}

function megabytes(bytes) {
  return `${(bytes / 1e6).toFixed(bytes < 1e5 ? 3 : 1)} MB`;
}

async function stdoutOf(task, command, args) {
  const { stdout } = await task.exec(command, args, { cwd: root });
  return stdout.trimEnd();
}

function readText(file) {
  if (!existsSync(path.join(root, file))) throw new SetupFailure(`There is no ${file}.`);
  return readFileSync(path.join(root, file), 'utf8');
}

function readJson(file) {
  return JSON.parse(readText(file));
}
