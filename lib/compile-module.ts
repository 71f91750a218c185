import { constants } from 'node:fs';
import { access, mkdir, readFile } from 'node:fs/promises';
import path from 'node:path';

import { writeAtomically } from './atomic-file.js';
import type * as CompileProcess from './compile-process.js';
import { WasmEdgeError, reasonOf } from './errors.js';
import type { NativeCompileOptions } from './native.js';
import { boolean, bytes, environment, integer, nonEmptyText, optionsObject } from './options.js';
import { describeCompiled, removeSideFile, sideFilePath, writeSideFile } from './side-file.js';
import type { BytesLike, CompileOptions } from './types.js';

/** How a module is compiled: all options decided. */
export type CompileSettings = Omit<NativeCompileOptions, 'input' | 'output'>;

export const DEFAULT_COMPILE: CompileSettings = {
  optimize: 3,
  generic: false,
  interruptible: false,
  meter: false,
  universal: false,
};

/**
 * Compiles a plain WebAssembly module ahead of time, in a process of its own. A side file,
 * `OUTPUT.aot.json`, says what it was made of and for; {@link loadModule} checks it.
 *
 * @param input A .wasm file's path, or its bytes.
 * @param output Where to write: a shared object (usually `.so`), or with the ending `.wasm` a
 *   universal module, which any WebAssembly runtime can read and WasmEdge runs compiled. It appears
 *   whole or not at all.
 * @param options Optimization, target processor, and what is measured in the code.
 * @throws {WasmEdgeError} ERR_MODULE_LOAD when a file cannot be read or written, or the compiler
 *   crashes, ERR_MODULE_INVALID when the input is no valid plain module, ERR_NATIVE_LOAD without
 *   WasmEdge, ERR_INVALID_ARGUMENT for unusable options.
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
    'childEnv',
  ]);
  const target = path.resolve(nonEmptyText('output', output));
  const settings: CompileSettings = {
    optimize: integer('optimize', given.optimize, {
      min: 0,
      max: 3,
      fallback: DEFAULT_COMPILE.optimize,
    }),
    generic: boolean('generic', given.generic, DEFAULT_COMPILE.generic),
    interruptible: boolean('interruptible', given.interruptible, DEFAULT_COMPILE.interruptible),
    meter: boolean('meter', given.meter, DEFAULT_COMPILE.meter),
    universal: target.endsWith('.wasm'),
  };
  const childEnv = given.childEnv === undefined ? {} : environment('childEnv', given.childEnv);
  const source =
    typeof input === 'string'
      ? await readModule(nonEmptyText('input', input))
      : bytes('input', input);
  // The old side file goes with the old module, no sooner: a failed compilation leaves both.
  await compileInto(source, target, settings, childEnv, () => removeSideFile(target));
  const { optimize, generic, interruptible, meter } = settings;
  await wrapWrite(sideFilePath(target), async () => {
    const options = { optimize, generic, interruptible, meter };
    await writeSideFile(target, await describeCompiled(source, await readFile(target), options));
  });
}

/** Compiles bytes into a file, which appears whole or not at all; without a side file. */
export async function compileInto(
  source: Uint8Array,
  target: string,
  settings: CompileSettings,
  childEnv: Readonly<Record<string, string>>,
  beforeReplacing?: () => Promise<void>,
): Promise<void> {
  await requireWritable(path.dirname(target));
  await wrapWrite(target, () =>
    writeAtomically(
      target,
      async (temporary) => {
        const { compileInProcess } = require('./compile-process.js') as typeof CompileProcess;
        await compileInProcess({ ...settings, input: source, output: temporary }, childEnv);
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

async function readModule(file: string): Promise<Buffer> {
  try {
    return await readFile(file);
  } catch (error) {
    throw new WasmEdgeError('ERR_MODULE_LOAD', `Cannot read ${file}: ${reasonOf(error)}.`, {
      cause: error,
    });
  }
}

// Before the compiler has worked for a minute, and because it does not say why it could not write.
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
