import { availableParallelism } from 'node:os';
import { performance } from 'node:perf_hooks';

import { Command } from 'commander';

import type * as AddonBuild from '../addon/build/build.js';

import { integerIn } from './parse.js';

export function buildCommand(): Command {
  return new Command('build')
    .description(
      "Build the addon and WasmEdge's plug-ins from the sources in this package, for a system that " +
        'none of its prebuilds is for.',
    )
    .option(
      '-j, --jobs <number>',
      'how many compilers run at once',
      integerIn(1, 1024),
      availableParallelism(),
    )
    .option('--verbose', 'show what CMake and the compilers write')
    .addHelpText(
      'after',
      `
Takes CMake 3.18, make or Ninja, and a C++17 compiler (GCC 10 or Clang 14; CXX names another one); LiteRT is
downloaded by pip where the package does not bring it. Neither Node's headers nor WasmEdge's are needed. The result
is in the package's folder 'build', and goes before its prebuilds; it is for this system alone.`,
    )
    .action(build);
}

async function build(options: { jobs: number; verbose?: true }): Promise<void> {
  const { buildAddon } = require('../addon/build/build.js') as typeof AddonBuild;
  const begin = performance.now();
  const file = await buildAddon({
    jobs: options.jobs,
    isVerbose: options.verbose ?? false,
    onStep: (text) => {
      if (process.stderr.isTTY || options.verbose) process.stderr.write(`${text} …\n`);
    },
  });
  const seconds = ((performance.now() - begin) / 1000).toFixed(0);
  console.log(`${file}: built and tried in ${seconds} s.`);
}
