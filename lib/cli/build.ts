import { availableParallelism } from 'node:os';
import { performance } from 'node:perf_hooks';

import { Command } from 'commander';

import type * as AddonBuild from '../addon/build/build.js';

import { integerIn } from './parse.js';

export function buildCommand(): Command {
  return new Command('build')
    .description(
      "Build the addon and WasmEdge's plug-ins from the sources in this package, for a system that none of its prebuilds " +
        'supports.',
    )
    .option(
      '-j, --jobs <number>',
      'number of compilers to run at the same time',
      integerIn(1, 1024),
      availableParallelism(),
    )
    .option('--verbose', 'show the output of CMake and the compilers')
    .addHelpText(
      'after',
      `
Requires CMake 3.18, make or Ninja, and a C++17 compiler (GCC 10 or Clang 14; CXX selects another one). LiteRT is
downloaded with pip if it is not in the package. The headers of Node.js and WasmEdge are not needed. The result is
written to the package's folder 'build' and takes precedence over its prebuilds; it is for this system only.`,
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
  console.log(`${file}: built and tested in ${seconds} s.`);
}
