import { constants } from 'node:fs';
import { access, mkdir, open, readFile, stat } from 'node:fs/promises';
import path from 'node:path';

import type { NativeCompileOptions } from '../addon/native.js';
import {
  abortSignal,
  boolean,
  bytes,
  environment,
  integer,
  nonEmptyText,
  optionsObject,
} from '../options/validation.js';
import type { BytesLike, CompileOptions } from '../options/types.js';
import { requireNotAborted } from '../support/abort.js';
import { writeAtomically } from '../support/atomic-file.js';
import { WasmEdgeError, reasonOf } from '../support/errors.js';

import { compileLimits } from './compile-limits.js';
import type * as CompileProcess from './compile-process.js';
import type { CompileControl } from './compile-process.js';
import { publishProgress } from './compile-progress.js';
import { withoutNames } from './name-section.js';
import { optimizationOf } from './optimization.js';
import { describeCompiled, removeSideFile, sideFilePath, writeSideFile } from './side-file.js';

/** How to compile a module, with all options resolved. */
export type CompileSettings = Omit<NativeCompileOptions, 'input' | 'output'>;

export const DEFAULT_COMPILE: Omit<CompileSettings, 'optimize'> = {
  generic: false,
  interruptible: false,
  meter: false,
  universal: false,
};

/**
 * Compiles a plain WebAssembly module ahead of time, in a separate process. A side file,
 * `OUTPUT.aot.json`, records what it was compiled from and for which target; {@link loadModule}
 * checks it.
 *
 * @param input Path of a .wasm file, or its bytes.
 * @param output File to write: a shared object (usually `.so`) or, if the name ends with `.wasm`, a
 *   universal module, which any WebAssembly runtime can read and WasmEdge runs compiled. It appears
 *   completely or not at all.
 * @param options Optimization, target processor, checks in the code, and limits for compiling.
 * @throws {WasmEdgeError} ERR_MODULE_LOAD if a file cannot be read or written, or the compiler
 *   crashes; ERR_MODULE_INVALID if the input is not a valid plain module; ERR_LIMIT with `limit:
 *   'compile'` and ERR_ABORTED as the options determine; ERR_NATIVE_LOAD without WasmEdge;
 *   ERR_INVALID_ARGUMENT for invalid options, and if the output is the same file as the input.
 */
export async function compileModule(
  input: string | BytesLike,
  output: string,
  options?: CompileOptions,
): Promise<void> {
  const given = optionsObject('options', options, [
    'optimize',
    'generic',
    'interruptible',
    'meter',
    'names',
    'timeoutMs',
    'memoryBytes',
    'signal',
    'childEnv',
  ]);
  const target = path.resolve(nonEmptyText('output', output));
  const wanted =
    given.optimize === undefined
      ? undefined
      : integer('optimize', given.optimize, { min: 0, max: 3, fallback: 3 });
  const choices = {
    generic: boolean('generic', given.generic, DEFAULT_COMPILE.generic),
    interruptible: boolean('interruptible', given.interruptible, DEFAULT_COMPILE.interruptible),
    meter: boolean('meter', given.meter, DEFAULT_COMPILE.meter),
    universal: target.endsWith('.wasm'),
  };
  const names = boolean('names', given.names, true);
  const signal = abortSignal('signal', given.signal);
  const control: CompileControl = {
    limits: compileLimits('', given),
    signals: signal ? [signal] : [],
    childEnv: given.childEnv === undefined ? {} : environment('childEnv', given.childEnv),
    onProgress: publishProgress(typeof input === 'string' ? input : 'bytes'),
  };
  const source =
    typeof input === 'string'
      ? await readModule(nonEmptyText('input', input), [target, sideFilePath(target)])
      : bytes('input', input);
  // The old side file is removed together with the old module, so that a failed compilation leaves
  // both.
  const compiled = names ? source : withoutNames(source);
  const settings: CompileSettings = {
    ...choices,
    optimize: wanted ?? (await optimizationOf(compiled)),
  };
  await compileInto(compiled, target, settings, control, () => removeSideFile(target));
  const { optimize, generic, interruptible, meter } = settings;
  await wrapWrite(sideFilePath(target), async () => {
    const facts = { optimize, generic, interruptible, meter };
    await writeSideFile(target, await describeCompiled(source, await readFile(target), facts));
  });
}

/** Compiles bytes into a file, which appears completely or not at all; without a side file. */
export async function compileInto(
  source: Uint8Array,
  target: string,
  settings: CompileSettings,
  control: CompileControl,
  beforeReplacing?: (temporary: string) => Promise<void>,
): Promise<void> {
  await requireWritable(path.dirname(target));
  requireNotAborted(control.signals);
  await wrapWrite(target, () =>
    writeAtomically(
      target,
      async (temporary) => {
        const { compileInProcess } = require('./compile-process.js') as typeof CompileProcess;
        await compileInProcess({ ...settings, input: source, output: temporary }, control);
      },
      beforeReplacing,
    ),
  );
}

/** A failed file operation becomes ERR_MODULE_LOAD. */
async function wrapWrite(target: string, write: () => Promise<void>): Promise<void> {
  try {
    await write();
  } catch (error) {
    if (error instanceof WasmEdgeError) throw error;
    throw new WasmEdgeError('ERR_MODULE_LOAD', `Cannot write ${target}: ${reasonOf(error)}.`, {
      cause: error,
    });
  }
}

/** Reads the input, unless it is one of the files to be written, under whatever name. */
async function readModule(file: string, outputs: readonly string[]): Promise<Buffer> {
  try {
    const handle = await open(file, constants.O_RDONLY | constants.O_NONBLOCK);
    try {
      if (!(await handle.stat()).isFile()) throw new Error('it is not a regular file');
      const { dev, ino } = await handle.stat({ bigint: true });
      for (const output of outputs) {
        const there = await stat(output, { bigint: true }).catch(() => null);
        if (there?.dev !== dev || there.ino !== ino) continue;
        throw new WasmEdgeError(
          'ERR_INVALID_ARGUMENT',
          `${output} is the same file as the input ${file}, which would be overwritten. Choose another output.`,
        );
      }
      return await handle.readFile();
    } finally {
      await handle.close();
    }
  } catch (error) {
    if (error instanceof WasmEdgeError) throw error;
    throw new WasmEdgeError('ERR_MODULE_LOAD', `Cannot read ${file}: ${reasonOf(error)}.`, {
      cause: error,
    });
  }
}

// Checked before the compiler works for a minute, and because it would not report why it could not
// write.
async function requireWritable(folder: string): Promise<void> {
  try {
    await mkdir(folder, { recursive: true });
    await access(folder, constants.W_OK | constants.X_OK);
  } catch (error) {
    throw new WasmEdgeError(
      'ERR_MODULE_LOAD',
      `Cannot write into the folder ${folder}: ${reasonOf(error)}.`,
      { cause: error },
    );
  }
}
