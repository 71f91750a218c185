import { copyFile } from 'node:fs/promises';
import path from 'node:path';

import { compileModule } from '../compile/compile-module.js';
import { sideFilePath, verifySideFile } from '../compile/side-file.js';
import { inspectModule } from '../module/inspect.js';

/**
 * Puts a module into a folder, compiled for any processor of this architecture: a plain one is
 * compiled, a compiled one is copied as it is. Returns its name there.
 *
 * @param doubt Called with each obstacle.
 * @throws {WasmEdgeError} ERR_MODULE_LOAD, ERR_MODULE_INVALID; and what `doubt` throws.
 */
export async function placeModule(
  module: string,
  folder: string,
  doubt: (reason: string) => void,
): Promise<string> {
  const { form } = await inspectModule(module);
  const name = form === 'universal' ? 'module.wasm' : 'module.so';
  const target = path.join(folder, name);
  if (form === 'plain') {
    await compileModule(module, target, { generic: true });
    return name;
  }
  const side = await verifySideFile(module);
  if (side?.options.generic !== true) {
    doubt(
      `${module} was compiled ${side ? "for this machine's processor" : 'for an unknown processor'}: a ` +
        "less capable processor may not be able to run it. Use the plain .wasm, or compile it with 'generic'",
    );
  }
  await copyFile(module, target);
  if (side) await copyFile(sideFilePath(module), sideFilePath(target));
  return name;
}
