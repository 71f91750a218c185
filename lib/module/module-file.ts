import { fileURLToPath } from 'node:url';

import { bytes, looking, nonEmptyText, refuse, text } from '../options/validation.js';

/** A module as it was given: its file, or its bytes with the name that messages give it. */
export interface ModuleFile {
  /** Its path, or its name. */
  file: string;
  /** Absent where it is a file. */
  bytes?: Uint8Array;
}

const DEFAULT_NAME = 'module.wasm';
/** A file's name may have so many, with an ending. */
const MOST_NAME_BYTES = 200;

/** Validates what was given for a module: a path, a `file:` URL, or its bytes, which are not copied. */
export function moduleFile(file: unknown, name?: unknown): ModuleFile {
  if (typeof file !== 'string' && !isUrl(file)) {
    const given = bytes('file', file, 'a path, a file: URL, ');
    return { file: moduleName(name), bytes: given };
  }
  if (name !== undefined) {
    refuse('name', 'absent for a module that is loaded from a file', name);
  }
  if (typeof file === 'string' && !file.startsWith('file://')) {
    return { file: nonEmptyText('file', file) };
  }
  const path = looking('file', 'a path or a file: URL on this machine', file, () =>
    text('file', fileURLToPath(String(file))),
  );
  return { file: path };
}

/** Of any realm. */
function isUrl(value: unknown): boolean {
  return looking(
    'file',
    'a path, a file: URL or bytes',
    value,
    () => Object.prototype.toString.call(value) === '[object URL]',
  );
}

function moduleName(value: unknown): string {
  const name = value === undefined ? DEFAULT_NAME : nonEmptyText('name', value);
  if (Buffer.byteLength(name) > MOST_NAME_BYTES) {
    refuse('name', `a string of at most ${MOST_NAME_BYTES} bytes`, name);
  }
  return name;
}
