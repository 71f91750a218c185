/** Inputs of module_file_fuzzer: small valid modules of every form. */
export function moduleSeeds() {
  const plain = wasm(memorySection(1, 2));
  return {
    'empty.wasm': wasm(),
    'memory.wasm': plain,
    'imports.wasm': wasm(importSection(), memorySection(3)),
    'functions.wasm': functions(),
    'tables.wasm': tables(),
    'state.wasm': state(),
    'subtypes.wasm': wasm(section(1, subtypes)),
    'locals.wasm': wasm(...oneFunction([1, 0xff, 0xff, 0xff, 0x1f, 0x7b, 0x0b])),
    'wide-blocks.wasm': wasm(...oneFunction([0, 0x00, ...repeated([2, 1, 0x0b], 20), 0x0b], wide)),
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

/** What a snapshot rewrites: code refers to a function that only an active segment declares. */
function state() {
  return wasm(
    section(1, [1, 0x60, 0, 0]),
    section(3, [2, 0, 0]),
    section(4, [1, 0x70, 0, 1]),
    memorySection(1),
    section(6, [1, 0x70, 1, 0xd0, 0x70, 0x0b]),
    section(7, [1, ...name('f'), 0, 1]),
    section(9, [1, 0, 0x41, 0, 0x0b, 1, 0]),
    section(12, [1]),
    section(10, [2, 2, 0, 0x0b, 5, 0, 0xd2, 0, 0x1a, 0x0b]),
    section(11, [1, 0, 0x41, 0, 0x0b, 1, 7]),
  );
}

/** Two types that are subtypes of each other, which made WasmEdge 0.14 recurse without end. */
const subtypes = [1, 0x4e, 2, 0x50, 1, 1, 0x60, 0, 0, 0x50, 1, 0, 0x60, 0, 0];

/** A type of 20 parameters and 20 results. */
const wide = [0x60, 20, ...repeated([0x7f], 20), 20, ...repeated([0x7f], 20)];

/** A function () -> () whose body consists of these bytes, next to another type. */
function oneFunction(body, type = [0x60, 0, 0]) {
  return [
    ...section(1, [2, 0x60, 0, 0, ...type]),
    ...section(3, [1, 0]),
    ...section(10, [1, body.length, ...body]),
  ];
}

/** Functions with an instruction of each kind of encoding. */
function functions() {
  const instructions = [
    ...[
      0x02, 0x7f, 0x03, 0x01, 0x41, 0xf8, 0x00, 0x0c, 1, 0x0b, 0x41, 7, 0x0e, 1, 0, 0, 0x0b, 0x1a,
    ],
    ...[0x41, 0, 0x04, 0x40, 0x10, 0, 0x05, 0x0f, 0x0b],
    ...[0x42, 0x7f, 0x1a, 0x43, 0, 0, 0x80, 0x3f, 0x1a, 0x44, 0, 0, 0, 0, 0, 0, 0xf0, 0x3f, 0x1a],
    ...[0x41, 0, 0x28, 2, 4, 0x1a, 0xd0, 0x70, 0xd0, 0x70, 0x41, 0, 0x1c, 1, 0x70, 0x1a],
    ...[0x41, 0, 0x41, 0, 0x41, 0, 0xfc, 0x0a, 0, 0, 0x3f, 0, 0x1a],
    ...[0xfd, 0x0c, ...repeated([1], 16), 0xfd, 0x15, 0, 0x1a],
  ];
  const body = [2, 1, 0x7e, 2, 0x7b, ...instructions, 0x0b];
  return wasm(
    section(1, [2, 0x60, 0, 0, 0x60, 0, 1, 0x7f]),
    section(3, [1, 0]),
    memorySection(1),
    // Lengths of 128 and more take two bytes.
    [10, ...lengthOf(body.length + 3), 1, ...lengthOf(body.length), ...body],
  );
}

/** Tables and their contents, globals, a start function, data. */
function tables() {
  return wasm(
    section(1, [1, 0x60, 0, 0]),
    section(3, [1, 0]),
    section(4, [2, 0x70, 1, 1, 9, 0x6f, 0, 0]),
    memorySection(1),
    section(6, [1, 0x7f, 1, 0x41, 3, 0x0b]),
    section(7, [2, ...name('f'), 0, 0, ...name('t'), 1, 0]),
    section(8, [0]),
    section(9, [2, 0, 0x41, 0, 0x0b, 1, 0, 5, 0x70, 1, 0xd2, 0, 0x0b]),
    section(12, [2]),
    section(10, [1, 2, 0, 0x0b]),
    section(11, [2, 0, 0x41, 8, 0x0b, 2, 1, 2, 1, 1, 3]),
  );
}

function repeated(bytes, count) {
  return Array.from({ length: count }, () => bytes).flat();
}

/** A number as two bytes of unsigned LEB128. */
function lengthOf(number) {
  return [(number & 0x7f) | 0x80, number >> 7];
}

const headerSize = 64;
const programHeaderSize = 56;
const symbolSize = 24;

/**
 * A shared object with everything that the check of compiled modules reads, and one segment for the
 * whole file: the System V ABI's layout (elf.h), with the symbols of WasmEdge's compiler.
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
