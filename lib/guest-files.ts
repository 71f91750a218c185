import { readFile } from 'node:fs/promises';

import { WasmEdgeError, reasonOf } from './errors.js';
import { requireWithin } from './limits.js';
import { bytes, nonEmptyText, recordOf, refuse } from './options.js';
import { printable } from './printable.js';

/** Validated files: guest path, and the host path or the bytes. */
export type FileSources = readonly (readonly [string, string | Uint8Array])[];

/** Validates the option `files`; reads nothing yet. */
export function fileSources(option: unknown): FileSources {
  if (option === undefined) return [];
  return Object.entries(recordOf('files', option)).map(([path, source]) => {
    if (!path.startsWith('/') || path.includes('\0')) {
      refuse('a path in files', "absolute ('/…') and without NUL", path);
    }
    if (path === '/models' || path.startsWith('/models/')) {
      refuse('a path in files', "outside '/models', which the option 'models' fills", path);
    }
    const where = `files['${path}']`;
    return [
      path,
      typeof source === 'string' ? nonEmptyText(where, source) : bytes(where, source),
    ] as const;
  });
}

/** Reads the files that are host paths; not more than `fileBytes` bytes together. */
export async function loadGuestFiles(
  sources: FileSources,
  fileBytes: number,
): Promise<Record<string, Uint8Array>> {
  const read = sources.map(async ([path, source]) => {
    if (typeof source !== 'string') return [path, source] as const;
    try {
      return [path, await readFile(source)] as const;
    } catch (error) {
      throw new WasmEdgeError(
        'ERR_INVALID_ARGUMENT',
        `files['${path}'] must be the path of a readable file, or bytes: ${printable(reasonOf(error), 1000)}. A string is ` +
          'a path; for text itself give Buffer.from(text).',
        { cause: error },
      );
    }
  });
  const files = await Promise.all(read);
  requireWithin(
    'fileBytes',
    files.reduce((sum, [, content]) => sum + content.length, 0),
    fileBytes,
  );
  return Object.fromEntries(files);
}
