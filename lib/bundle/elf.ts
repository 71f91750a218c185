import { closeSync, fstatSync, openSync, readSync } from 'node:fs';

// ELF files are read here, and a test compares the result with that of readelf, because no
// available tool reports everything: patchelf does not distinguish DT_RPATH from DT_RUNPATH and
// does not know symbol versions; readelf belongs to binutils, which only people who build have. The
// addon (native/base/elf_file.h) reads ELF files in its own memory, without symbol versions:
// sharing that code would take a binding and save 20 lines for the headers.

/** What a shared object declares to the dynamic loader. */
export interface SharedObject {
  /** DT_SONAME, by which others refer to it. */
  name: string | undefined;
  /** DT_NEEDED: the names of the libraries that it needs. */
  needed: string[];
  /** DT_RPATH, which is searched before LD_LIBRARY_PATH. */
  runPathBefore: string | undefined;
  /**
   * DT_RUNPATH, which is searched after LD_LIBRARY_PATH, and not for the dependencies of its
   * libraries.
   */
  runPathAfter: string | undefined;
  /**
   * The symbol versions that it requires to be loaded, each with the library that must provide it.
   */
  versions: { library: string; version: string }[];
}

// System V ABI, ELF-64, and the Linux Standard Base on symbol versions.
const PT_LOAD = 1;
const PT_DYNAMIC = 2;
const DT = { needed: 1n, strtab: 5n, strsz: 10n, soname: 14n, rpath: 15n, runpath: 29n } as const;
const DT_VERNEED = 0x6ffffffen;
const DT_VERNEEDNUM = 0x6fffffffn;
const VER_FLG_WEAK = 2;

interface Segment {
  type: number;
  offset: number;
  address: number;
  size: number;
}

/**
 * Reads a little-endian ELF-64 file's dynamic section.
 *
 * @throws {Error} If it is another kind of file, or damaged.
 */
export function readSharedObject(file: string): SharedObject {
  const descriptor = openSync(file, 'r');
  try {
    return new Reader(file, descriptor).read();
  } finally {
    closeSync(descriptor);
  }
}

class Reader {
  readonly #file: string;
  readonly #descriptor: number;
  readonly #size: number;
  #segments: Segment[] = [];
  #strings: Buffer = Buffer.alloc(0);

  constructor(file: string, descriptor: number) {
    this.#file = file;
    this.#descriptor = descriptor;
    this.#size = fstatSync(descriptor).size;
  }

  read(): SharedObject {
    this.#segments = this.#readSegments();
    const dynamic = this.#readDynamic();
    const first = (tag: bigint): number | undefined => dynamic.find(([each]) => each === tag)?.[1];
    const text = (tag: bigint): string | undefined => {
      const offset = first(tag);
      return offset === undefined ? undefined : this.#string(offset);
    };
    this.#strings = this.#bytesAt(first(DT.strtab) ?? 0, first(DT.strsz) ?? 0);
    return {
      name: text(DT.soname),
      needed: dynamic.flatMap(([tag, offset]) => (tag === DT.needed ? [this.#string(offset)] : [])),
      runPathBefore: text(DT.rpath),
      runPathAfter: text(DT.runpath),
      versions: this.#readVersions(first(DT_VERNEED), first(DT_VERNEEDNUM) ?? 0),
    };
  }

  #readSegments(): Segment[] {
    const header = this.#bytes(0, 64);
    // ELFCLASS64, ELFDATA2LSB.
    if (header.toString('latin1', 0, 6) !== '\x7fELF\x02\x01')
      this.#fail('it is not a 64-bit ELF file');
    const table = Number(header.readBigUInt64LE(32));
    const entrySize = header.readUInt16LE(54);
    if (entrySize < 56) this.#fail('its program headers are too small');
    return Array.from({ length: header.readUInt16LE(56) }, (_, index) => {
      const entry = this.#bytes(table + index * entrySize, 56);
      return {
        type: entry.readUInt32LE(0),
        offset: Number(entry.readBigUInt64LE(8)),
        address: Number(entry.readBigUInt64LE(16)),
        size: Number(entry.readBigUInt64LE(32)),
      };
    });
  }

  #readDynamic(): [tag: bigint, value: number][] {
    const segment = this.#segments.find(({ type }) => type === PT_DYNAMIC);
    if (!segment) return this.#fail('it is not dynamically linked');
    const bytes = this.#bytes(segment.offset, segment.size);
    const entries: [bigint, number][] = [];
    for (let at = 0; at + 16 <= bytes.length; at += 16) {
      const tag = bytes.readBigUInt64LE(at);
      if (tag === 0n) break;
      entries.push([tag, Number(bytes.readBigUInt64LE(at + 8))]);
    }
    return entries;
  }

  #readVersions(address: number | undefined, count: number): SharedObject['versions'] {
    const versions: SharedObject['versions'] = [];
    let need = address ?? 0;
    for (let index = 0; index < count; index++) {
      const entry = this.#bytesAt(need, 16);
      const library = this.#string(entry.readUInt32LE(4));
      let auxiliary = need + entry.readUInt32LE(8);
      for (let left = entry.readUInt16LE(2); left > 0; left--) {
        const version = this.#bytesAt(auxiliary, 16);
        // The loader ignores a missing weak one.
        if ((version.readUInt16LE(4) & VER_FLG_WEAK) === 0) {
          versions.push({ library, version: this.#string(version.readUInt32LE(8)) });
        }
        auxiliary += version.readUInt32LE(12);
      }
      need += entry.readUInt32LE(12);
    }
    return versions;
  }

  #string(offset: number): string {
    const end = this.#strings.indexOf(0, offset);
    if (offset > this.#strings.length || end < 0) this.#fail('a name is out of bounds');
    return this.#strings.toString('utf8', offset, end);
  }

  /** Bytes by their address when loaded. */
  #bytesAt(address: number, length: number): Buffer {
    const segment = this.#segments.find(
      (each) =>
        each.type === PT_LOAD &&
        address >= each.address &&
        address + length <= each.address + each.size,
    );
    if (!segment) return this.#fail('an address is out of bounds');
    return this.#bytes(address - segment.address + segment.offset, length);
  }

  #bytes(offset: number, length: number): Buffer {
    if (offset + length > this.#size) this.#fail('it is cut off');
    const bytes = Buffer.alloc(length);
    if (readSync(this.#descriptor, bytes, 0, length, offset) !== length)
      this.#fail('it is cut off');
    return bytes;
  }

  #fail(reason: string): never {
    throw new Error(`${this.#file} is not a readable shared object: ${reason}`);
  }
}
