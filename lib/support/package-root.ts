import { existsSync, lstatSync } from 'node:fs';
import path from 'node:path';

import { WasmEdgeError } from './errors.js';

/**
 * The folder into which the package was installed: it contains package.json and, below it, the
 * addon.
 *
 * @throws {WasmEdgeError} As {@link requireInstalled}.
 */
export function packageRoot(): string {
  requireInstalled();
  return path.join(__dirname, '../..');
}

/**
 * Must be called before the package looks for one of its own files. Callers name the file directly
 * with `path.join(__dirname, …)`, which tools that trace files understand.
 *
 * @throws {WasmEdgeError} ERR_NATIVE_LOAD if a bundler has merged this package into another file.
 */
export function requireInstalled(): void {
  if (isInstalled()) return;
  throw new WasmEdgeError(
    'ERR_NATIVE_LOAD',
    `wasmedge-embed was bundled into ${mergedFile()}, which does not contain its other files: its ` +
      'addon, guests, model, and the scripts of its child processes. Mark wasmedge-embed as external, ' +
      'so that it is loaded from node_modules: esbuild --external:wasmedge-embed, "external" of Rollup, ' +
      '"externals" of webpack, "serverExternalPackages" of Next.js, "ssr.external" of Vite; ' +
      'docs/toolchains.md of the package has the line for each bundler.',
  );
}

/**
 * Whether this file is still separate: in a bundle it has another name, one that does not exist, or
 * none.
 */
function isInstalled(): boolean {
  return (
    typeof __filename === 'string' &&
    path.basename(__filename) === 'package-root.js' &&
    path.isAbsolute(__filename) &&
    existsSync(__filename)
  );
}

function mergedFile(): string {
  return typeof __filename === 'string' && existsSync(__filename) ? __filename : 'another file';
}

/** A package's folder, found like Node.js does: in the nearest node_modules upwards. */
export function findDependency(folder: string, name: string): string | undefined {
  for (let at = folder; ; at = path.dirname(at)) {
    const candidate = path.join(at, 'node_modules', name);
    if (lstatSync(path.join(candidate, 'package.json'), { throwIfNoEntry: false }))
      return candidate;
    if (at === path.dirname(at)) return undefined;
  }
}
