import { addon } from '../addon/native.js';
import { nonEmptyText } from '../options/validation.js';
import { nativeCall } from '../support/errors.js';
import type { ExternalDescription } from '../support/shared-types.js';

/** What {@link inspectModule} tells. */
export interface ModuleDescription {
  /** Compiled into a shared object, compiled into a section of a .wasm, or not compiled. */
  form: 'shared-library' | 'universal' | 'plain';
  /** How it runs as it is. */
  mode: 'aot' | 'interpreter';
  /** What it asks of its host, in the order of the module. */
  imports: ExternalDescription[];
  /** What it offers, in the order of the module. */
  exports: ExternalDescription[];
}

/**
 * Reads a module's form, imports and exports; runs nothing of it, and opens no compiled code.
 *
 * @param file The path of a .so or .wasm.
 * @throws {WasmEdgeError} ERR_MODULE_LOAD, ERR_MODULE_INVALID, ERR_NATIVE_LOAD.
 */
export async function inspectModule(file: string): Promise<ModuleDescription> {
  nonEmptyText('file', file);
  const source = await nativeCall(() => addon().ModuleSource.read(file, file));
  const module = await nativeCall(() => addon().Module.load(source, { describe: true }));
  return {
    form: source.form,
    mode: module.isAot ? 'aot' : 'interpreter',
    imports: module.imports,
    exports: module.exports,
  };
}
