import { stat } from 'node:fs/promises';
import { performance } from 'node:perf_hooks';

import { Command } from 'commander';

import { compileModule } from '../compile/compile-module.js';
import { printable } from '../support/printable.js';

import { addCompileLimits, compileLimitsOf } from './guest-options.js';
import type { CompileLimitOptions } from './guest-options.js';
import { integerIn } from './parse.js';
import { outliveReaders } from './readers.js';
import { stopSignals } from './stop-signals.js';
import { WaitingLine } from './waiting-line.js';

interface CompileCommandOptions extends CompileLimitOptions {
  output?: string;
  optimize?: 0 | 1 | 2 | 3;
  generic?: true;
  interruptible?: true;
  meter?: true;
  names: boolean;
  progress?: true;
}

export function compileCommand(): Command {
  const command = new Command('compile')
    .description('Compile a .wasm ahead of time.')
    .argument('<module>', 'a plain .wasm')
    .option(
      '-o, --output <file>',
      'the file to write: a shared object, or a universal module if it ends with .wasm ' +
        '(default: the name of the module with the ending .so)',
    )
    .option(
      '-O, --optimize <level>',
      "LLVM's optimization level; 1 compiles fast (default: by the size of the code, 3 or 1)",
      integerIn(0, 3),
    )
    .option('--generic', 'compile for any processor of this architecture: portable, but slower')
    .option('--meter', 'count instructions, as a fuel limit requires')
    .option('--interruptible', "add the checks that WasmEdge's own asynchronous calls require")
    .option('--no-names', 'leave out the names of functions: smaller, but errors show numbers only')
    .option('--progress', 'show progress even if standard error is not a terminal');
  return addCompileLimits(command, 'none', 'none').action(compile);
}

async function compile(input: string, options: CompileCommandOptions): Promise<void> {
  const {
    output = input.replace(/(\.wasm)?$/, '.so'),
    optimize,
    generic,
    interruptible,
    meter,
    names,
    progress,
  } = options;
  // Even if nobody reads the progress any more, the module may still be wanted.
  outliveReaders();
  // So that no temporary files remain.
  const stop = stopSignals();
  const begin = performance.now();
  const isTold = progress ?? process.stderr.isTTY;
  const line = isTold
    ? new WaitingLine(`Compiling ${printable(input, 100)}`, { module: input, quietMs: 0 })
    : undefined;
  try {
    await compileModule(input, output, {
      ...(optimize !== undefined && { optimize }),
      ...{
        generic: generic ?? false,
        interruptible: interruptible ?? false,
        meter: meter ?? false,
        names,
      },
      ...compileLimitsOf(options),
      signal: stop.signal,
    });
  } catch (error) {
    if (stop.exitCode === undefined) throw error;
    process.exitCode = stop.exitCode;
    return;
  } finally {
    line?.end();
    stop.forget();
  }
  const { size } = await stat(output);
  const seconds = ((performance.now() - begin) / 1000).toFixed(1);
  console.log(`${output}: ${(size / 1024).toFixed(0)} KiB, compiled in ${seconds} s`);
}
