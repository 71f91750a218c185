/**
 * Inputs of guest_stack_fuzzer: unwind tables as LLVM's linker writes them, and modules with names.
 */
export function guestStackSeeds() {
  return {
    'tables.x86-64': tables(16, 7, -8),
    'tables.aarch64': tables(30, 31, -4),
    'names.wasm': names(),
  };
}

/**
 * An index of one function, directly followed by its table; the function's code would be at the
 * beginning of the bytes.
 */
function tables(returnAddress, stackPointer, dataFactor) {
  const common = entry([
    0,
    0,
    0,
    0,
    1,
    ...text('zR'),
    1,
    dataFactor & 0x7f,
    returnAddress,
    1,
    0x1b,
    0x0c,
    stackPointer,
    8,
  ]);
  const tableAt = 20;
  const functionAt = tableAt + common.length;
  // A value at a position is relative to that position, and to the beginning of the index.
  const body = [
    ...int32(functionAt + 4 - tableAt),
    ...int32(-(functionAt + 8)),
    ...int32(100),
    0,
    0x41,
    0x0e,
    16,
    0x86,
    2,
    0x0a,
    0x0b,
  ];
  const index = [
    1,
    0x1b,
    3,
    0x3b,
    ...int32(tableAt - 4),
    ...int32(1),
    ...int32(0),
    ...int32(functionAt),
  ];
  return Buffer.from([0, ...index, ...common, ...entry(body)]);
}

function names() {
  const custom = [
    ...[4, ...Buffer.from('name')],
    1,
    11,
    2,
    0,
    3,
    ...Buffer.from('one'),
    1,
    3,
    ...Buffer.from('two'),
  ];
  const exported = [1, 1, 0x65, 0, 2];
  const sections = [7, exported.length, ...exported, 0, custom.length, ...custom];
  return Buffer.from([1, 0, ...Buffer.from('asm'), 1, 0, 0, 0, ...sections]);
}

function entry(content) {
  return [...int32(content.length), ...content];
}

function text(letters) {
  return [...Buffer.from(letters), 0];
}

function int32(value) {
  const bytes = Buffer.alloc(4);
  bytes.writeInt32LE(value);
  return [...bytes];
}
