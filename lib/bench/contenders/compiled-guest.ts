import { existsSync } from 'node:fs';
import { copyFile, readFile } from 'node:fs/promises';
import path from 'node:path';

import { addon } from '../../addon/native.js';
import { CODE_REVISION, withCompiled } from '../../compile/aot-cache.js';
import { compileLimits } from '../../compile/compile-limits.js';
import { optimizationOf } from '../../compile/optimization.js';
import { writeAtomically } from '../../support/atomic-file.js';
import { writableCacheDirectory } from '../../support/cache-directory.js';
import { sha256 } from '../../support/crypto.js';
import { processorFeatures } from '../../support/platform.js';

/**
 * A module, compiled once for this machine: the file that all contenders run, in-process and
 * spawned.
 */
export async function compiledModule(
  file: string,
  progress: (what: string) => void,
): Promise<string> {
  const source = await readFile(file);
  const { version } = await addon().runtime();
  const level = await optimizationOf(source);
  const key = sha256(
    `${version}\n${processorFeatures().join(' ')}\n${CODE_REVISION} ${level}\n`,
    source,
  ).slice(0, 16);
  const name = path.basename(file, '.wasm');
  const output = path.join(writableCacheDirectory('bench'), `${name}-${key}.so`);
  if (!existsSync(output)) {
    progress(`compiling the guest ${name}`);
    const limits = compileLimits('', {});
    const plain = { file, content: source, meter: false, trusted: true, limits };
    await withCompiled({ ...plain, signals: [], childEnv: {} }, async (compiled) =>
      writeAtomically(output, (temporary) => copyFile(compiled, temporary)),
    );
  }
  return output;
}
