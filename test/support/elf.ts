import assert from 'node:assert/strict';

/** The offset of `e_machine` in an ELF file. */
export const MACHINE_OFFSET = 18;

const DYNSYM = 11;

/**
 * The offset of an exported symbol's content in a little-endian ELF64 file, according to its
 * section headers. Only for symbols whose section is loaded unchanged.
 */
export function symbolOffset(file: Buffer, name: string): number {
  const headers = Number(file.readBigUInt64LE(0x28));
  const section = (
    index: number,
  ): { type: number; address: number; offset: number; size: number; link: number } => {
    const at = headers + index * file.readUInt16LE(0x3a);
    return {
      type: file.readUInt32LE(at + 4),
      address: Number(file.readBigUInt64LE(at + 16)),
      offset: Number(file.readBigUInt64LE(at + 24)),
      size: Number(file.readBigUInt64LE(at + 32)),
      link: file.readUInt32LE(at + 40),
    };
  };
  const all = Array.from({ length: file.readUInt16LE(0x3c) }, (_, index) => section(index));
  const symbols = all.find((each) => each.type === DYNSYM);
  assert.ok(symbols, 'the file has no dynamic symbols');
  const strings = all[symbols.link]!.offset;
  for (let at = symbols.offset; at < symbols.offset + symbols.size; at += 24) {
    const text = strings + file.readUInt32LE(at);
    if (file.toString('latin1', text, file.indexOf(0, text)) !== name) continue;
    const home = all[file.readUInt16LE(at + 6)]!;
    return home.offset + Number(file.readBigUInt64LE(at + 8)) - home.address;
  }
  assert.fail(`the file has no symbol ${name}`);
}
