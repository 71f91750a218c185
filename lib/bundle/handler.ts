import { copyFile, writeFile } from 'node:fs/promises';
import path from 'node:path';

import type { Task } from '../guest/task.js';
import type { Fitting } from '../models/fit.js';
import { WasmEdgeError, reasonOf } from '../support/errors.js';

/** The parts of the handler. */
export interface HandlerParts {
  task: Task;
  /** The module's name in the folder. */
  module: string;
  hasLabels: boolean;
  fitting: Fitting | undefined;
}

/** The handler that Lambda calls as `index.handler`, if the caller provides none. */
function handlerSource({ task, module, hasLabels, fitting }: HandlerParts): string {
  const detects = task === 'detect' ? "\n  task: 'detect'," : '';
  const labels = hasLabels ? ", labels: beside('labels.txt')" : '';
  const fit = fitting === undefined ? '' : `, fit: '${fitting.fit}'`;
  const crop = fitting?.crop === undefined ? '' : `, crop: ${fitting.crop}`;
  return `import { fileURLToPath } from 'node:url';

import { createHandler } from 'wasmedge-embed/lambda';

const beside = (name) => fileURLToPath(new URL(name, import.meta.url));

export const handler = createHandler({${detects}
  module: beside('${module}'),
  models: { default: { file: beside('model.tflite')${labels}${fit}${crop} } },
});
await handler.ready;
`;
}

const ENDINGS = ['.js', '.cjs', '.mjs'];

/**
 * Writes the handler, or copies the caller's. Returns its file name.
 *
 * @throws {WasmEdgeError} ERR_BUNDLE if the caller's cannot be read, or is not JavaScript according
 *   to its name.
 */
export async function placeHandler(
  handler: string | undefined,
  folder: string,
  parts: HandlerParts,
): Promise<string> {
  if (handler === undefined) {
    const source = handlerSource(parts);
    await writeFile(path.join(folder, 'index.mjs'), source);
    return 'index.mjs';
  }
  const ending = path.extname(handler);
  if (!ENDINGS.includes(ending)) {
    throw new WasmEdgeError(
      'ERR_BUNDLE',
      `The handler ${handler} must be one JavaScript file whose name ends with ${ENDINGS.join(', ')}.`,
    );
  }
  const name = `index${ending}`;
  try {
    await copyFile(handler, path.join(folder, name));
  } catch (error) {
    throw new WasmEdgeError('ERR_BUNDLE', `Cannot read the handler: ${reasonOf(error)}.`, {
      cause: error,
    });
  }
  return name;
}
