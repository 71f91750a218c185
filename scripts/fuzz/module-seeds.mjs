/** Inputs of module_file_fuzzer: small modules of every form, whole ones. */
export function moduleSeeds() {
  const plain = wasm(memorySection(1, 2));
  return {
    'empty.wasm': wasm(),
    'memory.wasm': plain,
    'imports.wasm': wasm(importSection(), memorySection(3)),
    'universal.wasm': wasm(memorySection(1), customSection('wasmedge', [1, 1, 1, 0, 0, 0])),
    'compiled-x86-64-0.14.so': elf({ machine: 62, version: 1, source: plain }),
    'compiled-x86-64-0.17.so': elf({ machine: 62, version: 2, source: plain }),
    'compiled-aarch64-0.14.so': elf({ machine: 183, version: 1, source: plain }),
    'compiled-aarch64-0.17.so': elf({ machine: 183, version: 2, source: plain }),
  };
}

function wasm(...sections) {
  return Buffer.from([0, ...Buffer.from('asm'), 1, 0, 0, 0, ...sections.flat()]);
}

/** Payloads of less than 128 bytes, whose LEB128 length is one byte. */
function section(id, payload) {
  return [id, payload.length, ...payload];
}

function name(text) {
  return [text.length, ...Buffer.from(text)];
}

function memorySection(minimum, maximum) {
  const limits = maximum === undefined ? [0, minimum] : [1, minimum, maximum];
  return section(5, [1, ...limits]);
}

function customSection(title, payload) {
  return section(0, [...name(title), ...payload]);
}

/** One import of each kind. */
function importSection() {
  const from = (field) => [...name('env'), ...name(field)];
  const imports = [
    [...from('f'), 0, 0],
    [...from('t'), 1, 0x70, 0, 1],
    [...from('m'), 2, 1, 1, 2],
    [...from('g'), 3, 0x7f, 0],
    [...from('e'), 4, 0, 0],
  ];
  return section(2, [imports.length, ...imports.flat()]);
}

const headerSize = 64;
const programHeaderSize = 56;
const symbolSize = 24;

/**
 * A shared object with what the check of compiled modules looks at, one segment over the whole file: the System V
 * ABI's layout (elf.h), with the symbols of WasmEdge's compiler.
 */
function elf({ machine, version, source }) {
  const exported = ['version', 'intrinsics', 'wasm.code', 'wasm.size'];
  const strings = Buffer.from(`\0${exported.map((symbol) => `${symbol}\0`).join('')}`);
  const symbolsAt = headerSize + 2 * programHeaderSize;
  const stringsAt = symbolsAt + (exported.length + 1) * symbolSize;
  const hashAt = align(stringsAt + strings.length);
  const dynamicAt = hashAt + 16;
  const versionAt = dynamicAt + 4 * 16;
  const sizeAt = versionAt + 4;
  const intrinsicsAt = sizeAt + 4;
  const codeAt = intrinsicsAt + 8;
  const file = Buffer.alloc(codeAt + source.length);

  Buffer.from([0x7f, ...Buffer.from('ELF'), 2, 1, 1]).copy(file);
  file.writeUInt16LE(3, 16); // a shared object
  file.writeUInt16LE(machine, 18);
  file.writeUInt32LE(1, 20);
  file.writeBigUInt64LE(BigInt(headerSize), 32);
  file.writeUInt16LE(headerSize, 52);
  file.writeUInt16LE(programHeaderSize, 54);
  file.writeUInt16LE(2, 56);
  programHeader(file, headerSize, { type: 1, offset: 0, size: file.length });
  programHeader(file, headerSize + programHeaderSize, {
    type: 2,
    offset: dynamicAt,
    size: 4 * 16,
  });

  const values = [versionAt, intrinsicsAt, codeAt, sizeAt];
  for (const [index, symbol] of exported.entries()) {
    const place = symbolsAt + (index + 1) * symbolSize;
    file.writeUInt32LE(strings.indexOf(`\0${symbol}\0`) + 1, place);
    file.writeUInt16LE(1, place + 6); // a section: it is defined
    file.writeBigUInt64LE(BigInt(values[index]), place + 8);
  }
  strings.copy(file, stringsAt);
  file.writeUInt32LE(exported.length + 1, hashAt + 4);
  for (const [index, [tag, value]] of [
    [4, hashAt],
    [5, stringsAt],
    [6, symbolsAt],
  ].entries()) {
    file.writeBigUInt64LE(BigInt(tag), dynamicAt + 16 * index);
    file.writeBigUInt64LE(BigInt(value), dynamicAt + 16 * index + 8);
  }
  file.writeUInt32LE(version, versionAt);
  file.writeUInt32LE(source.length, sizeAt);
  source.copy(file, codeAt);
  return file;
}

function programHeader(file, at, { type, offset, size }) {
  file.writeUInt32LE(type, at);
  for (const field of [8, 16, 24]) file.writeBigUInt64LE(BigInt(offset), at + field);
  for (const field of [32, 40]) file.writeBigUInt64LE(BigInt(size), at + field);
}

function align(offset) {
  return (offset + 7) & ~7;
}
