import { readFileSync } from 'node:fs';
import { copyFile, cp, mkdir } from 'node:fs/promises';
import path from 'node:path';

import { findDependency } from '../support/package-root.js';
import { WasmEdgeError } from '../support/errors.js';

/** Types, and what `wasmedge-embed build` needs. */
const NOT_AT_RUN_TIME = /^(@types\/.*|node-addon-api|node-api-headers)$/;

/**
 * Copies this package's JavaScript and its dependencies into the node_modules of a folder. Returns
 * the path of the copy of this package.
 */
export async function copyPackages(root: string, folder: string): Promise<string> {
  const { name } = manifest(root);
  const target = path.join(folder, 'node_modules', name);
  await mkdir(target, { recursive: true });
  for (const file of ['package.json', 'LICENSE', 'NOTICE']) {
    await copyFile(path.join(root, file), path.join(target, file));
  }
  const guests = path.join(root, 'dist', 'guest');
  await cp(path.join(root, 'dist'), path.join(target, 'dist'), {
    recursive: true,
    // The bundle has its own module, and nobody compiles TypeScript there.
    filter: (each) =>
      !/\.d\.m?ts$/.test(each) && !(path.dirname(each) === guests && /\.(so|wasm)$/.test(each)),
  });
  for (const [to, from] of placements(root, target, folder)) {
    await cp(from, to, {
      recursive: true,
      dereference: true,
      filter: (each) => each !== path.join(from, 'node_modules'),
    });
  }
  return target;
}

/**
 * Where the dependencies go: into the folder's node_modules or, if it already contains another
 * version of the same package, below the package that needs it. Maps destinations to sources.
 */
function placements(root: string, target: string, folder: string): Map<string, string> {
  const sources = new Map<string, string>();
  const queue = [[root, target] as const];
  for (const [source, at] of queue) {
    for (const name of Object.keys(manifest(source).dependencies ?? {})) {
      if (NOT_AT_RUN_TIME.test(name)) continue;
      const from = findDependency(source, name);
      if (from === undefined) {
        throw new WasmEdgeError(
          'ERR_BUNDLE',
          `The package ${name}, which ${source} depends on, is not installed.`,
        );
      }
      const visible = nearest(at, folder, name, sources);
      if (visible === from) continue;
      const to = path.join(visible === undefined ? folder : at, 'node_modules', name);
      sources.set(to, from);
      queue.push([from, to]);
    }
  }
  return sources;
}

/** The placed package that Node.js will resolve from a package in the bundle. */
function nearest(
  at: string,
  folder: string,
  name: string,
  sources: ReadonlyMap<string, string>,
): string | undefined {
  for (let each = at; ; each = path.dirname(each)) {
    const found = sources.get(path.join(each, 'node_modules', name));
    if (found !== undefined || each === folder) return found;
  }
}

function manifest(folder: string): { name: string; dependencies?: Record<string, string> } {
  return JSON.parse(readFileSync(path.join(folder, 'package.json'), 'utf8')) as {
    name: string;
    dependencies?: Record<string, string>;
  };
}
