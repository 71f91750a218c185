import { readFile } from 'node:fs/promises';

import { WasmEdgeError, reasonOf } from './errors.js';
import { requireWithin } from './limits.js';
import { bytes, nonEmptyText, recordOf, refuse } from './options.js';

/**
 * Validates the option `files` and reads those that are host paths: guest path to bytes, not more
 * than `fileBytes` together.
 */
export async function loadGuestFiles(
  option: unknown,
  fileBytes: number,
): Promise<Record<string, Uint8Array>> {
  if (option === undefined) return {};
  const entries = Object.entries(recordOf('files', option)).map(([path, source]) => {
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
  const read = entries.map(async ([path, source]) => {
    if (typeof source !== 'string') return [path, source] as const;
    try {
      return [path, await readFile(source)] as const;
    } catch (error) {
      throw new WasmEdgeError(
        'ERR_INVALID_ARGUMENT',
        `files['${path}'] must be a readable file or bytes: ${reasonOf(error)}.`,
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
