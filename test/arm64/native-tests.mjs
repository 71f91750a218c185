import path from 'node:path';

import { parallel } from '../../scripts/setup/addon.mjs';
import { placeLiteRt } from '../../scripts/setup/litert.mjs';
import { inspectMachine } from '../../scripts/setup/machine.mjs';
import { root } from '../../scripts/setup/paths.mjs';
import { countCtest } from '../runner/counts.mjs';
import { inDebian13ForArm64 } from './debian13.mjs';

const folder = path.join(root, 'build/native-tests-arm64');
const liteRtFile = path.join(folder, 'libLiteRt.so');

/** Tests that do not run in QEMU, as patterns of their names, and the reasons. */
const omitted = [
  {
    pattern: 'IsNoFurtherFromTheReference/.*0\\.75_192',
    reason: 'the large model on every picture takes half an hour in QEMU',
  },
];

/** @type {import('../../scripts/setup/steps.mjs').Step} */
export const liteRtForArm64 = {
  name: 'litert-arm64',
  title: 'LiteRT library for arm64',

  async run(context, task) {
    context.machine ??= await inspectMachine();
    return placeLiteRt('arm64', liteRtFile, context, task);
  },
};

/** @type {import('../../scripts/setup/steps.mjs').Step} */
export const nativeTestsForArm64 = {
  name: 'native-tests-arm64',
  title: 'Native tests for arm64 (some minutes)',
  advice: 'Fix the errors of the compiler, then run this command again.',

  async run(_context, task) {
    const preset = ['--preset', 'native-arm64'];
    for (const words of [preset, ['--build', ...preset, '--parallel', String(parallel)]]) {
      const { command, args } = inDebian13ForArm64(['cmake', ...words]);
      await task.exec(command, args);
    }
  },
};

/**
 * The native tests, run in QEMU.
 *
 * @type {import('../runner/checks.mjs').Check}
 */
export const nativeTestsInQemu = {
  name: 'native-arm64',
  title: 'Native tests, arm64 (QEMU)',
  commands: async () => {
    const excluded = omitted.map(({ pattern }) => pattern).join('|');
    const env = { WASMEDGE_EMBED_LITERT: liteRtFile };
    const ctest = ['ctest', '--output-on-failure', '--parallel', String(parallel)];
    return [
      inDebian13ForArm64(['ctest', '--show-only'], { cwd: folder, env }),
      inDebian13ForArm64([...ctest, ...(excluded === '' ? [] : ['--exclude-regex', excluded])], {
        cwd: folder,
        env,
      }),
    ];
  },
  count: (output) => {
    const counts = countCtest(output);
    return counts && { ...counts, skipped: [...counts.skipped, ...omittedIn(output)] };
  },
};

/** The tests that ctest lists and does not run here. */
function omittedIn(output) {
  const names = [...output.matchAll(/^ +Test +#\d+: (.+)$/gm)].map(([, name]) => name);
  return names.flatMap((name) => {
    const match = omitted.find(({ pattern }) => new RegExp(pattern).test(name));
    return match ? [{ name, reason: match.reason }] : [];
  });
}
