import { Malformed } from '../../support/received.js';

// Files sent between processes: one array for all of them, since a frame has few arrays. For each,
// the lengths of its path and of its content, 32 bits little-endian each, followed by both.

const HEAD_BYTES = 8;

export function packFiles(files: Readonly<Record<string, Uint8Array>>): Buffer {
  const parts: Uint8Array[] = [];
  for (const [name, content] of Object.entries(files)) {
    const path = Buffer.from(name);
    const head = Buffer.alloc(HEAD_BYTES);
    head.writeUInt32LE(path.length, 0);
    head.writeUInt32LE(content.length, 4);
    parts.push(head, path, content);
  }
  return Buffer.concat(parts);
}

/**
 * The packed files; their contents are parts of `packed`.
 *
 * @throws {Malformed} If it does not have this form.
 */
export function unpackFiles(packed: Buffer): Record<string, Buffer> {
  const files: [string, Buffer][] = [];
  for (let at = 0; at < packed.length;) {
    if (packed.length - at < HEAD_BYTES) throw new Malformed('a file without lengths');
    const pathEnd = at + HEAD_BYTES + packed.readUInt32LE(at);
    const end = pathEnd + packed.readUInt32LE(at + 4);
    if (end > packed.length) throw new Malformed('a truncated file');
    files.push([packed.toString('utf8', at + HEAD_BYTES, pathEnd), packed.subarray(pathEnd, end)]);
    at = end;
  }
  return Object.fromEntries(files);
}
