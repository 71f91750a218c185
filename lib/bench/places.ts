import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';

import { addonFile } from '../addon/addon-file.js';
import { openProgram } from '../runners/subprocess/program.js';
import { reasonOf } from '../support/errors.js';
import { packageRoot } from '../support/package-root.js';

import { Unavailable } from './contenders/definition.js';

/** The root of the package, or of a clone of the repository. */
export const root = packageRoot();

/** The folder of the addon, and of the LiteRT library beside it. */
export function addonFolder(): string {
  return path.dirname(addonFile());
}

/** The LiteRT library beside the addon, in the version that the package requires. */
export function liteRt(): { file: string; version: string } {
  const pinned = readFileSync(path.join(root, 'native', 'litert.json'), 'utf8');
  const { version } = JSON.parse(pinned) as { version: string };
  return { file: path.join(addonFolder(), 'libLiteRt.so'), version };
}

/** WasmEdge's own program with our plug-ins. */
export interface WasmEdgeProgram {
  file: string;
  version: string;
  plugins: string;
}

/**
 * Found in the same way as for the isolation `subprocess`. Rejects with {@link Unavailable} if that
 * fails.
 */
export async function wasmedgeProgram(): Promise<WasmEdgeProgram> {
  try {
    const { file, version, env } = await openProgram(
      { program: undefined, plugins: undefined },
      {},
    );
    return { file, version, plugins: env['WASMEDGE_PLUGIN_PATH'] ?? '' };
  } catch (error) {
    throw new Unavailable(reasonOf(error), { cause: error });
  }
}

/** One of the package's guests, by name, not compiled: from a clone, otherwise from the package. */
export function guestSource(name: string): string {
  const folders = [
    path.join(root, 'wasm', 'target', 'wasm32-wasip1', 'release'),
    path.join(root, 'dist', 'guest'),
  ];
  const found = folders
    .map((folder) => path.join(folder, `${name}.wasm`))
    .find((file) => existsSync(file));
  if (found !== undefined) return found;
  throw new Unavailable(
    `The guest ${name} was not built: it is neither in ${folders.join(' nor in ')}.`,
  );
}
