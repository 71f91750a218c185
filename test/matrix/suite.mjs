import { existsSync, readFileSync, rmSync } from 'node:fs';
import path from 'node:path';

import { localProgram, packageTests, root } from '../../scripts/setup/paths.mjs';
import { ask } from '../../scripts/setup/processes.mjs';

/** @type {import('../../scripts/setup/steps.mjs').Step} */
export const compiledTests = {
  name: 'matrix-tests',
  title: 'Tests of the package',

  async run(_context, task) {
    // Tests whose sources have been deleted must not run any more.
    rmSync(path.join(root, 'build/test'), { recursive: true, force: true });
    await task.exec(localProgram('tsc'), ['-p', 'tsconfig.test.json'], { cwd: root });
  },
};

/**
 * The check `mocha` of `npm test` for a combination.
 *
 * @param {import('./combinations.mjs').Combination} combination
 * @returns {import('../runner/checks.mjs').Check}
 */
export function suiteOf({ name, title, node }) {
  // In the repository's folder, which exists wherever it runs.
  const output = path.join(root, 'build/matrix', `${name}.counts.json`);
  return {
    name: `matrix-${name}`,
    title,
    commands: async ({ grep }) => {
      rmSync(output, { force: true });
      return [
        node([
          path.join(root, 'node_modules/mocha/bin/mocha.js'),
          ...['--reporter', path.join(root, 'test/runner/mocha-reporter.mjs')],
          ...['--reporter-option', `output=${output}`],
          // It runs unattended, on a machine that does other work as well.
          ...['--timeout', '180000'],
          ...(grep === undefined ? [] : ['--grep', grep]),
          packageTests,
        ]),
      ];
    },
    count: () => (existsSync(output) ? JSON.parse(readFileSync(output, 'utf8')) : undefined),
    // Its summary and its failures.
    excerpt: (text) => text.slice(Math.max(0, text.search(/^ {2}\d+ passing/m))),
  };
}

const askVersions = `
  require('./dist/addon/native.js').addon().runtime().then(({ version }) => {
    console.log(JSON.stringify({ node: process.versions.node, wasmedge: version }));
  });`;

/**
 * The versions of a combination.
 *
 * @param {import('./combinations.mjs').Combination} combination
 * @returns {Promise<{ node: string, wasmedge: string } | undefined>} undefined where the addon does not load
 */
export async function versionsOf({ node }) {
  const { command, args, options } = node(['-e', askVersions]);
  const answer = await ask(command, args, options);
  return answer === undefined ? undefined : JSON.parse(answer);
}
