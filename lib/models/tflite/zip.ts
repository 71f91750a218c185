import { promisify } from 'node:util';
import { inflateRaw } from 'node:zlib';

import type { ByteSource } from './flat-buffer.js';

// The archive that TensorFlow's metadata library appends to a model (PKWARE's APPNOTE.TXT, without
// Zip64 and encryption). It is read here rather than by a library, because the untrusted bytes are
// in the addon's memory, and only two kinds of records are needed, with a bound for each number.

/** A file in the archive, not yet unpacked. */
export interface ZipEntry {
  /** Its path in the archive, as the archive has it. */
  name: string;
  /** Unpacked size in bytes, according to the archive. */
  size: number;
  /** Compression method: 0 stored, 8 deflated. */
  method: number;
  /** Packed size in bytes. */
  compressedSize: number;
  /** Offset of its local header in the source. */
  offset: number;
}

const END_SIGNATURE = 0x06054b50;
const END_BYTES = 22;
const MOST_COMMENT_BYTES = 65_535;
const CENTRAL_SIGNATURE = 0x02014b50;
const CENTRAL_BYTES = 46;
const LOCAL_SIGNATURE = 0x04034b50;
const LOCAL_BYTES = 30;
const STORED = 0;
const DEFLATED = 8;
const ENCRYPTED = 1;

const MOST_ENTRIES = 256;
const MOST_DIRECTORY_BYTES = 1 << 20;

const unpack = promisify(inflateRaw);

/**
 * The files of an archive at the end of these bytes; none if there is no archive, or if it is
 * damaged.
 */
export function zipEntries(source: ByteSource): ZipEntry[] {
  const begin = Math.max(0, source.size - END_BYTES - MOST_COMMENT_BYTES);
  const tail = source.slice(begin, source.size);
  for (let at = tail.length - END_BYTES; at >= 0; --at) {
    if (tail.readUInt32LE(at) !== END_SIGNATURE) continue;
    if (at + END_BYTES + tail.readUInt16LE(at + 20) !== tail.length) continue;
    return directory(source, begin + at, tail.subarray(at));
  }
  return [];
}

function directory(source: ByteSource, endAt: number, end: Buffer): ZipEntry[] {
  const count = end.readUInt16LE(10);
  const size = end.readUInt32LE(12);
  if (count > MOST_ENTRIES || size > MOST_DIRECTORY_BYTES) return [];
  // Offsets are relative to the beginning of the model or of the archive, depending on the writer.
  const shift = endAt - size - end.readUInt32LE(16);
  const bytes = source.slice(endAt - size, endAt);
  if (shift < 0 || bytes.length !== size) return [];
  const entries: ZipEntry[] = [];
  for (let at = 0, index = 0; index < count; ++index) {
    if (at + CENTRAL_BYTES > size || bytes.readUInt32LE(at) !== CENTRAL_SIGNATURE) return [];
    const nameBytes = bytes.readUInt16LE(at + 28);
    const next =
      at + CENTRAL_BYTES + nameBytes + bytes.readUInt16LE(at + 30) + bytes.readUInt16LE(at + 32);
    if (next > size) return [];
    const isEncrypted = (bytes.readUInt16LE(at + 8) & ENCRYPTED) !== 0;
    const method = bytes.readUInt16LE(at + 10);
    if (!isEncrypted && (method === STORED || method === DEFLATED)) {
      entries.push({
        name: bytes.toString('utf8', at + CENTRAL_BYTES, at + CENTRAL_BYTES + nameBytes),
        size: bytes.readUInt32LE(at + 24),
        method,
        compressedSize: bytes.readUInt32LE(at + 20),
        offset: shift + bytes.readUInt32LE(at + 42),
      });
    }
    at = next;
  }
  return entries;
}

/**
 * Unpacks a file of the archive.
 *
 * @param most Maximum size in bytes.
 * @returns Its bytes; undefined if it is damaged or larger.
 */
export async function unzip(
  source: ByteSource,
  { size, method, compressedSize, offset }: ZipEntry,
  most: number,
): Promise<Buffer | undefined> {
  if (size > most || compressedSize > source.size) return undefined;
  const header = source.slice(offset, offset + LOCAL_BYTES);
  if (header.length !== LOCAL_BYTES || header.readUInt32LE(0) !== LOCAL_SIGNATURE) return undefined;
  const begin = offset + LOCAL_BYTES + header.readUInt16LE(26) + header.readUInt16LE(28);
  const bytes = source.slice(begin, begin + compressedSize);
  if (bytes.length !== compressedSize) return undefined;
  const content =
    method === STORED
      ? bytes
      : await unpack(bytes, { maxOutputLength: Math.max(size, 1) }).catch(() => undefined);
  return content?.length === size ? content : undefined;
}
