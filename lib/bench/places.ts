import { existsSync } from 'node:fs';
import { homedir } from 'node:os';
import path from 'node:path';

import nodeGypBuild from 'node-gyp-build';

import { Unavailable } from './contenders/definition.js';

/** The root of the package, or of the repository's clone. */
export const root = path.join(__dirname, '..', '..');

/** The folder of the addon, and of the LiteRT library beside it. */
export function addonFolder(): string {
  return path.dirname(nodeGypBuild.path(root));
}

/** Where our plug-ins for WasmEdge's own program are. */
export function pluginFolder(): string | undefined {
  const folders = [path.join(addonFolder(), 'plugin'), path.join(root, 'build', 'plugin')];
  return folders.find((folder) => existsSync(folder));
}

/** WasmEdge's own program, as the libraries are looked for. */
export function wasmedgeProgram(): string | undefined {
  const folders = [
    path.join(process.env['WASMEDGE_DIR'] ?? path.join(homedir(), '.wasmedge'), 'bin'),
    ...(process.env['PATH'] ?? '').split(path.delimiter),
  ];
  return folders.map((folder) => path.join(folder, 'wasmedge')).find((file) => existsSync(file));
}

/** A guest of ours, by name, not compiled: of the package, else of a clone. */
export function guestSource(name: string): string {
  const folders = [
    path.join(root, 'dist', 'guest'),
    path.join(root, 'wasm', 'target', 'wasm32-wasip1', 'release'),
  ];
  const found = folders
    .map((folder) => path.join(folder, `${name}.wasm`))
    .find((file) => existsSync(file));
  if (found !== undefined) return found;
  throw new Unavailable(`The guest ${name} was not built: it is neither in ${folders.join(' nor in ')}.`);
}
