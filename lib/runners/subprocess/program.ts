import { constants } from 'node:fs';
import { access } from 'node:fs/promises';
import path from 'node:path';

import { addonRemedy } from '../../addon/addon-file.js';
import { homeDirectory } from '../../support/cache-directory.js';
import { childEnvironment } from '../../support/child-environment.js';
import { WasmEdgeError, reasonOf } from '../../support/errors.js';
import { packageRoot } from '../../support/package-root.js';

import { LOG_DESCRIPTOR, readLog } from './log.js';
import type { UsedLibrary } from './log.js';
import type { SubprocessSettings } from './settings.js';
import { askVersion } from './version.js';

/** WasmEdge's command line program, after a test run. */
export interface Program {
  file: string;
  /** As it reports it: "0.14.1". */
  version: string;
  /** The environment of each invocation's process; the guest sees none of it. */
  env: Record<string, string>;
  /** Undefined if the plug-ins are of a version that does not report it. */
  library: UsedLibrary | undefined;
}

const REMEDY =
  "Install WasmEdge's program: on Debian 13 and Ubuntu 25.04 or newer 'apt-get install wasmedge', " +
  "elsewhere with WasmEdge's official installer (into ~/.wasmedge); or set WASMEDGE_DIR to the " +
  'folder where it is, or the option subprocess.program to its file.';

/**
 * Finds WasmEdge's program, runs it once, and checks that it loads our plug-ins.
 *
 * @throws {WasmEdgeError} ERR_NATIVE_LOAD, with what to do.
 */
export async function openProgram(
  settings: SubprocessSettings,
  childEnv: Readonly<Record<string, string>>,
): Promise<Program> {
  const file = await findProgram(settings.program);
  const plugins = settings.plugins ?? (await findPlugins());
  const env = childEnvironment(childEnv);
  // A library preloaded for this process's program (a sanitizer, an allocator) is for Node.
  if (!Object.hasOwn(childEnv, 'LD_PRELOAD')) delete env['LD_PRELOAD'];
  env['WASMEDGE_PLUGIN_PATH'] = path.resolve(plugins);
  env['WASMEDGE_EMBED_LOG_DESCRIPTOR'] = String(LOG_DESCRIPTOR);
  env['WASMEDGE_EMBED_PARENT'] = String(process.pid);
  const { stdout, log } = await askVersion(file, env).catch((error: unknown) => {
    throw unusable(file, reasonOf(error), error);
  });
  const version = /version (\d+\.\d+\.\d+\S*)/.exec(stdout + log)?.[1];
  if (version === undefined) throw unusable(file, 'it does not report a version of WasmEdge');
  const { isRedirected, failure, library } = readLog(log);
  // One of them also manages the guests' memories: without it, nothing is run.
  if (failure) throw unusable(file, failure.message);
  if (!isRedirected) {
    throw unusable(
      file,
      `it does not load this package's plug-ins in ${plugins}: they are missing ` +
        'or were built for another system',
    );
  }
  return { file, version, env, library };
}

async function findProgram(given: string | undefined): Promise<string> {
  if (given !== undefined) return path.resolve(given);
  const folder = process.env['WASMEDGE_DIR'];
  const below = (each: string): string[] => [
    path.join(each, 'bin', 'wasmedge'),
    path.join(each, 'wasmedge'),
  ];
  const searched = (process.env['PATH'] ?? '').split(path.delimiter).filter((each) => each !== '');
  const home = homeDirectory();
  const candidates = folder
    ? below(folder)
    : [
        ...(home === undefined ? [] : [path.join(home, '.wasmedge', 'bin', 'wasmedge')]),
        ...searched.map((each) => path.join(each, 'wasmedge')),
      ];
  for (const candidate of candidates) {
    const isThere = await access(candidate, constants.X_OK).then(
      () => true,
      () => false,
    );
    if (isThere) return path.resolve(candidate);
  }
  throw new WasmEdgeError(
    'ERR_NATIVE_LOAD',
    `WasmEdge's program was not found: looked for ${candidates.join(', ')}. ${REMEDY}`,
  );
}

/** Where they were built, in a clone or by `wasmedge-embed build`; otherwise the package's own. */
async function findPlugins(): Promise<string> {
  const root = packageRoot();
  const candidates = [
    path.join(root, 'build', 'plugin'),
    path.join(root, 'prebuilds', `${process.platform}-${process.arch}`, 'plugin'),
  ];
  for (const candidate of candidates) {
    const isThere = await access(path.join(candidate, 'libwasi_nn.so')).then(
      () => true,
      () => false,
    );
    if (isThere) return candidate;
  }
  throw new WasmEdgeError(
    'ERR_NATIVE_LOAD',
    `This package's plug-ins for WasmEdge's program are missing: looked for ${candidates.join(', ')}. ` +
      addonRemedy(),
  );
}

function unusable(file: string, reason: string, cause?: unknown): WasmEdgeError {
  return new WasmEdgeError(
    'ERR_NATIVE_LOAD',
    `WasmEdge's program ${file} cannot be used: ${reason}. ${REMEDY}`,
    cause === undefined ? {} : { cause },
  );
}
