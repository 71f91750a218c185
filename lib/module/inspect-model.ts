import type { BytesLike } from '../options/types.js';

import type * as Description from './model-description.js';

/**
 * Reads what a TensorFlow Lite model takes, gives and consists of, and how it runs. A model that cannot be
 * run is told, too, with the reason, unless it is none at all. Texts are the file's and may hold anything.
 *
 * @param file The .tflite file's path, or its bytes.
 * @throws {WasmEdgeError} ERR_MODEL, ERR_NATIVE_LOAD.
 */
export async function inspectModel(
  file: string | BytesLike,
): Promise<Description.ModelDescription> {
  // What reads the tables of a model is loaded with the first that is inspected.
  return (require('./model-description.js') as typeof Description).describeModel(file);
}
