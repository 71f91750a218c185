import { copyFileSync, renameSync, rmSync } from 'node:fs';
import path from 'node:path';

import { commandLine, localProgram, root, setupFolder } from './paths.mjs';
import { shareStart } from './shared-file.mjs';
import { digestOf } from './stamp.mjs';

/** Included in the benchmark's page, in addition to TypeScript's output. */
const reportStyle = 'bench/report/page.css';

/** Compiled for the user's browser, and served unchanged with these files. */
export const page = 'lib/serve/page';
const pageAssets = ['page.html', 'page.css', 'choosing.css', 'photographs.css', 'icon.svg'];

/** Where its scripts go in `dist`. */
export function browserFolder(dist) {
  return path.join(dist, 'serve/page/browser');
}

/** Copies files other than TypeScript into `dist`. */
export function copyAssets(dist) {
  for (const name of pageAssets) {
    copyFileSync(path.join(root, page, name), path.join(dist, 'serve/page', name));
  }
  copyFileSync(path.join(root, 'lib', reportStyle), path.join(dist, reportStyle));
}

const sources = ['lib', 'scripts/setup/shared-file.mjs'];

/** @type {import('./steps.mjs').Step} */
export const typeScript = {
  name: 'typescript',
  title: 'TypeScript',
  advice: 'Fix the errors of the compiler, then run this command again.',

  async stamp() {
    return {
      digest: digestOf([...sources, 'tsconfig.json', 'package.json', 'package-lock.json']),
      outputs: [commandLine],
    };
  },

  async run(_context, task) {
    // Created elsewhere, then moved into place: output of deleted sources disappears, and a failure
    // changes nothing.
    const fresh = path.join(setupFolder, 'dist');
    rmSync(fresh, { recursive: true, force: true });
    const compile = (project, folder) =>
      task.exec(localProgram('tsc'), ['-p', project, '--outDir', folder], { cwd: root });
    await compile('tsconfig.json', fresh);
    await compile(path.join(page, 'browser'), browserFolder(fresh));
    copyAssets(fresh);
    await shareStart(fresh);
    const dist = path.join(root, 'dist');
    rmSync(dist, { recursive: true, force: true });
    renameSync(fresh, dist);
  },
};
