import { addon } from '../addon/native.js';
import { loadModels, modelSources, readModels } from '../models/models.js';
import { nonEmptyText } from '../options/validation.js';
import type { BytesLike } from '../options/types.js';
import { WasmEdgeError, nativeCall } from '../support/errors.js';
import type {
  ExternalDescription,
  RewriteDescription,
  TensorDescription,
} from '../support/shared-types.js';

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

/** What {@link inspectModel} tells. */
export interface ModelDescription {
  /** In the model's order, by which guests number them. */
  inputs: TensorDescription[];
  /** In the model's order, by which guests number them. */
  outputs: TensorDescription[];
  /** Whether `xnnpack` kernels run it as an int8 model that is made of it, or why not. */
  rewrite: RewriteDescription;
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

/**
 * Reads a TensorFlow Lite model's inputs and outputs, and how it runs.
 *
 * @param file The .tflite file's path, or its bytes.
 * @throws {WasmEdgeError} ERR_MODEL, ERR_NATIVE_LOAD.
 */
export async function inspectModel(file: string | BytesLike): Promise<ModelDescription> {
  const { byName } = await loadModels(await readModels(modelSources({ model: { file } })));
  const model = byName['model'];
  if (!model) throw new WasmEdgeError('ERR_MODEL', 'The model was not loaded.');
  return { inputs: model.inputs, outputs: model.outputs, rewrite: model.rewrite };
}
