import type { BytesLike } from '../options/types.js';

import type * as Description from './model-description.js';

/**
 * Reads a TensorFlow Lite model's inputs, outputs and contents, and how it runs. A model that
 * cannot be run is described as well, with the reason, unless the file is not a model at all.
 * Strings come from the file and can contain anything.
 *
 * @param file Path of the .tflite file, or its bytes.
 * @throws {WasmEdgeError} ERR_MODEL, ERR_NATIVE_LOAD.
 */
export async function inspectModel(
  file: string | BytesLike,
): Promise<Description.ModelDescription> {
  // The reader of model tables is loaded with the first model that is inspected.
  return (require('./model-description.js') as typeof Description).describeModel(file);
}
