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
 * @throws {WasmEdgeError} ERR_MODULE_LOAD with the reason why it is not used.
 */
export async function withCachedCode<T>(
  file: string,
  use: (path: string) => Promise<T>,
): Promise<T> {
  const flags = constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK;
  const handle = await open(file, flags).catch((error: unknown) => {
    throw notUsed(file, reasonOf(error));
  });
  try {
    const status = await handle.stat();
    if (!status.isFile()) throw notUsed(file, 'it is not a regular file');
    const reason = foreignness(status);
    if (reason !== null) throw notUsed(file, reason);
    if (!(await isIntact(handle, status.size))) throw notUsed(file, 'it is damaged');
    const opened = `/proc/self/fd/${handle.fd}`;
    // If that is not mounted, the name must do: nobody else may write into its folder.
    return await use(existsSync(opened) ? opened : file);
  } finally {
    await handle.close();
  }
}

async function isIntact(handle: FileHandle, size: number): Promise<boolean> {
  const trailer = Buffer.alloc(TRAILER_BYTES);
  const end = size - TRAILER_BYTES;
  if (end > 0) await handle.read(trailer, 0, TRAILER_BYTES, end);
  const isMarked = trailer.subarray(0, MARK.length).equals(MARK);
  return isMarked && (await digestOf(handle, end)).equals(trailer.subarray(MARK.length));
}

function notUsed(file: string, reason: string): WasmEdgeError {
  return new WasmEdgeError(
    'ERR_MODULE_LOAD',
    `The cached ${printable(file, 1000)} is not used: ${reason}.`,
  );
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
