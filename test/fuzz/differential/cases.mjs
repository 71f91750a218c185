const gib4 = 2 ** 32;
const value = 0x1122334455667788n;
const lastAddress = gib4 - 1;

/**
 * A call of an exported function.
 *
 * @typedef {object} Case
 * @property {string} name
 * @property {(number | bigint)[]} args
 * @property {{ begin: number, end: number }} [touches] the bytes of the memory that it may change, and nothing else
 */

/**
 * The calls that a module is made for (native/fuzz/differential documents the names of its
 * exports). For a module without such exports: all exports whose parameters and results are
 * numbers.
 *
 * @param {import('./engines.mjs').V8Engine} engine
 * @returns {Case[]}
 */
export function casesOf(engine) {
  const names = engine.exports.filter(({ kind }) => kind === 'function').map(({ name }) => name);
  const made = names.filter((name) => /^(case|at|fixed|bulk) /.test(name));
  if (made.length === 0) return names.map((name) => ({ name, args: [] }));
  let size;
  const memorySize = () => (size ??= engine.instance().exports.memory.buffer.byteLength);
  return made.flatMap((name) => {
    const [kind, ...words] = name.split(' ');
    if (kind === 'at') return addressed(name, Number(words[0]), Number(words[1]), memorySize());
    if (kind === 'bulk') return bulk(name, words, memorySize());
    // The largest memory is not recreated for each of thousands of calls.
    if (kind === 'fixed') return [{ name, args: [], touches: touched(words[0], memorySize()) }];
    return [{ name, args: [] }];
  });
}

function touched(place, size) {
  const [address, offset] = place.split('+').map(Number);
  return part(address + offset, 16, size);
}

/** Empty if the range is outside; limited to the memory. */
function part(begin, length, size) {
  return { begin: Math.min(begin, size), end: Math.min(begin + length, size) };
}

/** Accesses of `width` bytes at an address plus `offset`, around every end. */
function addressed(name, width, offset, size) {
  const around = [-width, 1 - width, -(width >> 1), 0];
  const places = [size, gib4, 2 * gib4].flatMap((end) => around.map((each) => end + each - offset));
  const fixed = [0, 2 ** 31, lastAddress - 6, lastAddress];
  return [...new Set([...places, ...fixed])]
    .filter((address) => address >= 0 && address <= lastAddress)
    .map((address) => ({
      name,
      args: [address | 0, value],
      touches: part(address + offset, width, size),
    }));
}

const segmentSize = 200;

function bulk(name, [title, , constant], size) {
  const ends = [0, 1, size - 64, size - 1, size, lastAddress - 63, lastAddress];
  const sources = {
    copy: ends,
    fill: [0xab],
    init: [0, 1, segmentSize - 1, segmentSize, lastAddress],
  }[title];
  const lengths =
    constant === undefined
      ? [0, 1, 64, segmentSize, 65535, 65536, 65537, 2 ** 31, lastAddress]
      : [Number(constant) >>> 0];
  const cases = [];
  for (const to of valid(ends)) {
    for (const from of valid(sources)) {
      for (const length of lengths) {
        // Operations that succeed do so within the small memory, too.
        const reaches = to + length <= size && (title !== 'copy' || from + length <= size);
        if (length > 2 ** 20 && reaches) continue;
        cases.push({ name, args: [to | 0, from | 0, length | 0] });
      }
    }
  }
  return cases;
}

function valid(addresses) {
  return [...new Set(addresses)].filter((each) => each >= 0 && each <= lastAddress);
}
