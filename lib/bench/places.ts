import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';

import { addonFile } from '../addon/addon-file.js';
import { openProgram } from '../runners/subprocess/program.js';
import { reasonOf } from '../support/errors.js';
import { packageRoot } from '../support/package-root.js';

import { Unavailable } from './contenders/definition.js';

/** The root of the package, or of the repository's clone. */
export const root = packageRoot();

/** The folder of the addon, and of the LiteRT library beside it. */
export function addonFolder(): string {
  return path.dirname(addonFile());
}

/** The LiteRT library beside the addon, of the one version that the package is made for. */
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

/** As the isolation `subprocess` finds it. Rejects with {@link Unavailable} where it cannot. */
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

/** A guest of ours, by name, not compiled: of a clone, else of the package. */
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
