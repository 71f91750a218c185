import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import path from 'node:path';

import { addon } from '../../addon/native.js';
import { compileModule } from '../../compile/compile-module.js';
import { writableCacheDirectory } from '../../support/cache-directory.js';
import { sha256 } from '../../support/crypto.js';
import { processorFeatures } from '../../support/platform.js';

/**
 * A module, compiled once for this machine: the file that every contender runs, in the process and
 * spawned.
 */
export async function compiledModule(
  file: string,
  progress: (what: string) => void,
): Promise<string> {
  const source = await readFile(file);
  const { version } = await addon().runtime();
  const key = sha256(`${version}\n${processorFeatures().join(' ')}\n`, source).slice(0, 16);
  const name = path.basename(file, '.wasm');
  const output = path.join(writableCacheDirectory('bench'), `${name}-${key}.so`);
  if (!existsSync(output)) {
    progress(`compiling the guest ${name}`);
    await compileModule(source, output);
  }
  return output;
}
