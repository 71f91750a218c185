import { copyFileSync, mkdirSync, readFileSync, renameSync, rmSync } from 'node:fs';
import path from 'node:path';

import { root } from './paths.mjs';

/**
 * The dependencies that the lock file pins. Their install scripts do not run, because none is needed.
 *
 * @type {import('./steps.mjs').Step}
 */
export const npmDependencies = {
  name: 'npm-dependencies',
  title: 'npm dependencies',
  advice:
    'Check whether npm reaches its registry (`npm ping`), and that package.json and package-lock.json agree;\n' +
    'then run this command again.',

  run: (_context, task) => installDependencies(root, task),
};

/**
 * Installs what the lock file of this folder pins, unless it is installed already. Returns a short
 * result.
 */
export async function installDependencies(folder, task) {
  if (isInstalled(folder)) return 'up to date';
  const [command, ...args] = npmCommand();
  await task.exec(command, [...args, 'ci', '--ignore-scripts', '--no-audit', '--no-fund'], {
    cwd: folder,
  });
  return undefined;
}

/**
 * Installs what a folder's lock file pins into a folder of its own.
 *
 * @param {string} sources a folder with package.json and package-lock.json
 * @param {string} target
 * @param {import('./task.mjs').Task} task
 * @param {{ args?: string[], env?: Record<string, string> }} [options] further arguments of npm, and its variables
 */
export async function installLocked(sources, target, task, { args = [], env } = {}) {
  // Created elsewhere, then moved into place: an interrupted installation leaves nothing.
  const fresh = `${target}.${process.pid}`;
  mkdirSync(fresh, { recursive: true });
  try {
    for (const name of ['package.json', 'package-lock.json']) {
      copyFileSync(path.join(sources, name), path.join(fresh, name));
    }
    const [command, ...npm] = npmCommand();
    await task.exec(command, [...npm, 'ci', '--no-audit', '--no-fund', ...args], {
      cwd: fresh,
      env,
    });
    rmSync(target, { recursive: true, force: true });
    renameSync(fresh, target);
  } finally {
    rmSync(fresh, { recursive: true, force: true });
  }
}

/** Whether node_modules contains what the lock file pins, according to npm's own record there. */
function isInstalled(folder) {
  const wanted = packagesIn(path.join(folder, 'package-lock.json'));
  const present = packagesIn(path.join(folder, 'node_modules/.package-lock.json'));
  if (!wanted || !present) return false;
  const differs = ([name, entry]) => {
    const installed = present[name];
    // Missing optional packages are those for other platforms, which npm omits.
    if (!installed) return !entry.optional;
    return installed.version !== entry.version || installed.integrity !== entry.integrity;
  };
  return !Object.entries(wanted).some(([name, entry]) => name !== '' && differs([name, entry]));
}

function packagesIn(file) {
  try {
    return JSON.parse(readFileSync(file, 'utf8')).packages;
  } catch {
    // Missing or not JSON: npm ci creates it again, or reports what is wrong with the lock file.
    return undefined;
  }
}

/** The npm that runs this process, if npm does: another one in PATH may have another version. */
export function npmCommand() {
  const npm = process.env.npm_execpath;
  return npm && path.basename(npm) === 'npm-cli.js' ? [process.execPath, npm] : ['npm'];
}
