import { fileURLToPath } from 'node:url';

import { bytes, looking, nonEmptyText, refuse, text } from '../options/validation.js';

/** A module as given: its file, or its bytes with their name in messages. */
export interface ModuleFile {
  /** Its path or name. */
  file: string;
  /** Absent for a file. */
  bytes?: Uint8Array;
}

const DEFAULT_NAME = 'module.wasm';
/** Maximum length of a file name, including an extension. */
const MOST_NAME_BYTES = 200;

/** Validates the module argument: a path, a `file:` URL, or bytes, which are not copied. */
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

/** A URL of any realm. */
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
