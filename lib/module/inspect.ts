import { addon } from '../addon/native.js';
import type { BytesLike } from '../options/types.js';
import { copyOf } from '../runners/large-input.js';
import { nativeCall } from '../support/errors.js';
import type { ExternalDescription } from '../support/shared-types.js';

import { moduleFile } from './module-file.js';

/** The result of {@link inspectModule}. */
export interface ModuleDescription {
  /** Compiled into a shared object, compiled into a section of a .wasm, or not compiled. */
  form: 'shared-library' | 'universal' | 'plain';
  /** How it runs without being compiled first. */
  mode: 'aot' | 'interpreter';
  /** Its imports, in the order of the module. */
  imports: ExternalDescription[];
  /** Its exports, in the order of the module. */
  exports: ExternalDescription[];
}

/**
 * Reads a module's form, imports and exports, without running it or opening compiled code.
 *
 * @param module Path or `file:` URL of a .so or .wasm, or its bytes, which are copied as by
 *   {@link loadModule}.
 * @throws {WasmEdgeError} ERR_MODULE_LOAD, ERR_MODULE_INVALID, ERR_NATIVE_LOAD.
 */
export async function inspectModule(module: string | URL | BytesLike): Promise<ModuleDescription> {
  const { file, bytes } = moduleFile(module);
  const own = bytes && (await copyOf(bytes, 'file'));
  const source = await nativeCall(() => addon().ModuleSource.read(own ?? file, file));
  const described = await nativeCall(() => addon().Module.load(source, { describe: true }));
  return {
    form: source.form,
    mode: described.isAot ? 'aot' : 'interpreter',
    imports: described.imports,
    exports: described.exports,
  };
}
