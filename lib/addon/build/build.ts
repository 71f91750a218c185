import { constants } from 'node:fs';
import { access, chmod, copyFile, writeFile } from 'node:fs/promises';
import path from 'node:path';

import { writeAtomically } from '../../support/atomic-file.js';
import { WasmEdgeError, reasonOf } from '../../support/errors.js';
import { packageRoot } from '../../support/package-root.js';
import { whyUnsupported } from '../../support/platform.js';
import { withTemporaryFolder } from '../../support/temporary-folder.js';

import { LITERT, liteRtLibrary } from './litert.js';
import { runProgram } from './program.js';
import { headerFolders, requireTools } from './tools.js';

const place = path.join(packageRoot(), 'build');
const ADDON = path.join('Release', 'wasmedge_embed.node');
const PLUGIN_CORE = path.join('Release', 'libwasmedge_embed_plugin.so');
const PLUGINS = ['wasi_nn', 'wasmedge_tensorflowlite', 'wasmedge_tensorflow', 'wasmedge_image'].map((name) =>
  path.join('plugin', `lib${name}.so`),
);

export interface BuildOptions {
  /** The number of compilers that run at the same time, at least 1. */
  jobs: number;
  /** Whether CMake and the compilers write to standard error while they run. */
  isVerbose: boolean;
  onStep: (text: string) => void;
}

/**
 * Builds the addon and the plug-ins from the package's sources and puts them, with LiteRT, into the
 * package's folder `build`, where they take precedence over its prebuilds. Existing files are only
 * replaced with files that could be loaded.
 *
 * @returns The addon's file.
 * @throws {WasmEdgeError} ERR_BUILD.
 */
export async function buildAddon({ jobs, isVerbose, onStep }: BuildOptions): Promise<string> {
  const obstacle = whyUnsupported();
  if (obstacle !== undefined) throw new WasmEdgeError('ERR_BUILD', obstacle);
  await access(packageRoot(), constants.W_OK).catch(refusePlace);
  await requireTools();
  const headers = headerFolders();
  return withTemporaryFolder(async (folder) => {
    const liteRt = await liteRtLibrary(folder, onStep);

    onStep('Building the addon and the plug-ins, which takes a few minutes');
    const tree = path.join(folder, 'build');
    await runProgram(
      'cmake',
      [
        ...['-S', path.join(packageRoot(), 'native'), '-B', tree, '-DCMAKE_BUILD_TYPE=Release'],
        `-DWASMEDGE_EMBED_NODE_MODULES=${headers}`,
      ],
      { isVerbose },
    );
    const targets = ['--target', 'wasmedge_embed', 'plugin'];
    await runProgram('cmake', ['--build', tree, '--parallel', String(jobs), ...targets], {
      isVerbose,
    });

    onStep('Testing the addon in a separate process');
    const built = path.join(tree, ADDON);
    await runProgram(process.execPath, ['-e', 'require(process.argv[1])', built]);

    try {
      await writeAtomically(path.join(place, 'Release', LITERT), (temporary) =>
        writeFile(temporary, liteRt),
      );
      // The addon last: its presence makes the others be used.
      for (const name of [PLUGIN_CORE, ...PLUGINS, ADDON]) {
        await writeAtomically(path.join(place, name), async (temporary) => {
          await copyFile(path.join(tree, name), temporary);
          await chmod(temporary, 0o755);
        });
      }
    } catch (error) {
      refusePlace(error);
    }
    return path.join(place, ADDON);
  });
}

function refusePlace(cause: unknown): never {
  throw new WasmEdgeError(
    'ERR_BUILD',
    `${packageRoot()} cannot be written: ${reasonOf(cause)}. Run this as the user who installed the package.`,
    { cause },
  );
}
