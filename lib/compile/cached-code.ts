import { constants, existsSync } from 'node:fs';
import { appendFile, open } from 'node:fs/promises';
import type { FileHandle } from 'node:fs/promises';

import { hashOf } from '../support/crypto.js';
import { WasmEdgeError, reasonOf } from '../support/errors.js';
import { foreignness } from '../support/cache-directory.js';
import { printable } from '../support/printable.js';

// The end of a compiled module in the cache, where the system's loader does not look: this mark,
// and the SHA-256 of everything before it.
const MARK = Buffer.from('wasmedge-embed 1');
const DIGEST_BYTES = 32;
const TRAILER_BYTES = MARK.length + DIGEST_BYTES;
const PIECE_BYTES = 1 << 20;

/**
 * What is wrong with a file of the cache: it is not what was written there (`damaged`), it is not
 * there or not for this user (`inaccessible`), or the system cannot read it at the moment
 * (`unreadable`), as with too many open files.
 */
type Fault = 'damaged' | 'inaccessible' | 'unreadable';

/** A file of the cache is not used, and why. */
export class UnusedCode extends WasmEdgeError {
  constructor(
    file: string,
    reason: string,
    readonly fault: Fault,
    cause?: unknown,
  ) {
    const message = `The cached ${printable(file, 1000)} is not used: ${reason}.`;
    super('ERR_MODULE_LOAD', message, cause === undefined ? {} : { cause });
  }
}

/** By the codes of the system's errors; the others have to do with the system, not the file. */
const FAULTS: Record<string, Fault> = {
  // It was opened so that links are not followed.
  ELOOP: 'damaged',
  ENXIO: 'damaged',
  ENOENT: 'inaccessible',
  EACCES: 'inaccessible',
  EPERM: 'inaccessible',
};

/**
 * Appends the digest to a compiled module, which nobody uses yet, and makes it accessible only to
 * its owner.
 */
export async function appendDigest(file: string): Promise<void> {
  const handle = await open(file, constants.O_RDONLY | constants.O_NOFOLLOW);
  try {
    const { size } = await handle.stat();
    const digest = await digestOf(handle, size);
    await handle.chmod(0o700);
    await appendFile(file, Buffer.concat([MARK, digest]));
  } finally {
    await handle.close();
  }
}

/**
 * Opens a compiled module of the cache for `use`, by a path that refers to exactly the file that
 * was checked: it belongs to this user, nobody else may write to it, and it is unchanged.
 *
 * @throws {UnusedCode} ERR_MODULE_LOAD with the reason why it is not used.
 */
export async function withCachedCode<T>(
  file: string,
  use: (path: string) => Promise<T>,
): Promise<T> {
  const flags = constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK;
  const handle = await open(file, flags).catch((error: unknown) => {
    const { code } = error as NodeJS.ErrnoException;
    throw unread(file, error, FAULTS[code ?? '']);
  });
  try {
    const problem = await problemOf(handle).catch((error: unknown) => {
      throw unread(file, error);
    });
    if (problem !== null) throw new UnusedCode(file, problem, 'damaged');
    const opened = `/proc/self/fd/${handle.fd}`;
    // If that is not mounted, the name must do: nobody else may write into its folder.
    return await use(existsSync(opened) ? opened : file);
  } finally {
    await handle.close();
  }
}

/** Why the file must not be used, or null. */
async function problemOf(handle: FileHandle): Promise<string | null> {
  const status = await handle.stat();
  if (!status.isFile()) return 'it is not a regular file';
  const reason = foreignness(status);
  if (reason !== null) return reason;
  return (await isIntact(handle, status.size)) ? null : 'it is damaged';
}

async function isIntact(handle: FileHandle, size: number): Promise<boolean> {
  const trailer = Buffer.alloc(TRAILER_BYTES);
  const end = size - TRAILER_BYTES;
  if (end > 0) await handle.read(trailer, 0, TRAILER_BYTES, end);
  const isMarked = trailer.subarray(0, MARK.length).equals(MARK);
  return isMarked && (await digestOf(handle, end)).equals(trailer.subarray(MARK.length));
}

function unread(file: string, error: unknown, fault: Fault = 'unreadable'): UnusedCode {
  return new UnusedCode(file, reasonOf(error), fault, error);
}

async function digestOf(handle: FileHandle, size: number): Promise<Buffer> {
  const hash = hashOf();
  const piece = Buffer.allocUnsafe(Math.min(size, PIECE_BYTES));
  for (let at = 0; at < size;) {
    const { bytesRead } = await handle.read(piece, 0, Math.min(piece.length, size - at), at);
    if (bytesRead === 0) break;
    hash.update(piece.subarray(0, bytesRead));
    at += bytesRead;
  }
  return hash.digest();
}
