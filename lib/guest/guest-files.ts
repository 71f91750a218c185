import { requireWithin } from '../options/limits.js';
import { bytes, entriesOf, nonEmptyText, refuse } from '../options/validation.js';
import { WasmEdgeError, reasonOf } from '../support/errors.js';
import { printable } from '../support/printable.js';
import { readRegularFile } from '../support/regular-file.js';

/** Validated files: guest path, and the host path or the bytes. */
export type FileSources = readonly (readonly [string, string | Uint8Array])[];

/** Validates the option `files`; reads nothing yet. */
export function fileSources(option: unknown): FileSources {
  if (option === undefined) return [];
  return entriesOf('files', option).map(([path, source]) => {
    checkPath(path);
    const where = `files['${printable(path)}']`;
    return [
      path,
      typeof source === 'string' ? nonEmptyText(where, source) : bytes(where, source),
    ] as const;
  });
}

/** Validates the option `files` of one run: only bytes, since host paths are read at load. */
export function runFiles(
  option: unknown,
  fileBytes: number,
): Record<string, Uint8Array> | undefined {
  if (option === undefined) return undefined;
  let sum = 0;
  const files = entriesOf('files', option).map(([path, source]) => {
    checkPath(path);
    const content = bytes(`files['${printable(path)}']`, source);
    requireWithin('fileBytes', (sum += content.length), fileBytes);
    return [path, content] as const;
  });
  return files.length === 0 ? undefined : Object.fromEntries(files);
}

function checkPath(path: string): void {
  if (!path.startsWith('/') || path.includes('\0')) {
    refuse('a path in files', "absolute ('/…') and without NUL", path);
  }
  if (path === '/models' || path.startsWith('/models/')) {
    refuse('a path in files', "outside '/models', which the option 'models' fills", path);
  }
}

/** Reads the files given as host paths, at most `fileBytes` bytes together. */
export async function loadGuestFiles(
  sources: FileSources,
  fileBytes: number,
): Promise<Record<string, Uint8Array>> {
  let sum = 0;
  const add = (size: number): void => {
    requireWithin('fileBytes', (sum += size), fileBytes);
  };
  const read = sources.map(async ([path, source]) => {
    if (typeof source !== 'string') {
      add(source.length);
      return [path, source] as const;
    }
    try {
      // Checked by its size before it is read, and by the bytes that were read.
      let told = 0;
      const content = await readRegularFile(source, (size) => {
        told = size;
        add(size);
      });
      add(content.length - told);
      return [path, content] as const;
    } catch (error) {
      if (error instanceof WasmEdgeError) throw error;
      throw new WasmEdgeError(
        'ERR_INVALID_ARGUMENT',
        `files['${printable(path)}'] must be the path of a readable file, or bytes: ${printable(reasonOf(error), 1000)}. A string is ` +
          'a path; for text, use Buffer.from(text).',
        { cause: error },
      );
    }
  });
  return Object.fromEntries(await Promise.all(read));
}
