/**
 * A global that a pickle names: a Python class or function. It is never called.
 *
 * @typedef {object} Global
 * @property {string} name with its module, as in "torch.FloatStorage"
 */

/**
 * Reads one Python pickle as plain data. Nothing is called: the call of a global is returned as `{ global, args }`, and a
 * reference to data outside the pickle as `{ persistent }`. Only the opcodes of protocol 2 that PyTorch writes are
 * supported.
 *
 * @param {Buffer} bytes
 * @param {number} begin
 * @returns {{ value: unknown, end: number }} the value, dictionaries as `Map`, and where the pickle ended
 */
export function readPickle(bytes, begin = 0) {
  const reader = new PickleReader(bytes, begin);
  return { value: reader.read(), end: reader.position };
}

const MARK = Symbol('mark');

class PickleReader {
  #bytes;
  #stack = [];
  #memo = new Map();

  constructor(bytes, begin) {
    this.#bytes = bytes;
    this.position = begin;
  }

  read() {
    for (;;) {
      const opcode = String.fromCharCode(this.#byte());
      if (opcode === '.') return this.#stack.pop();
      const step = STEPS[opcode];
      if (!step) throw new Error(`unknown opcode ${JSON.stringify(opcode)} in a pickle`);
      step({
        byte: () => this.#byte(),
        uint16: () => this.#take(2).readUInt16LE(),
        int32: () => this.#take(4).readInt32LE(),
        uint32: () => this.#take(4).readUInt32LE(),
        take: (count) => this.#take(count),
        line: () => this.#line(),
        push: (value) => this.#stack.push(value),
        pop: () => this.#stack.pop(),
        top: () => this.#stack.at(-1),
        toMark: () => this.#toMark(),
        remember: (key) => this.#memo.set(key, this.#stack.at(-1)),
        recall: (key) => this.#stack.push(this.#memo.get(key)),
      });
    }
  }

  #take(count) {
    const taken = this.#bytes.subarray(this.position, this.position + count);
    if (taken.length !== count) throw new Error('a pickle ends too early');
    this.position += count;
    return taken;
  }

  #byte() {
    return this.#take(1)[0];
  }

  #line() {
    const end = this.#bytes.indexOf('\n', this.position);
    if (end < 0) throw new Error('a pickle ends too early');
    const line = this.#bytes.toString('utf8', this.position, end);
    this.position = end + 1;
    return line;
  }

  #toMark() {
    return this.#stack.splice(this.#stack.lastIndexOf(MARK)).slice(1);
  }
}

/** By opcode, with the names in Python's pickletools. */
const STEPS = {
  '\x80': (pickle) => void pickle.byte(), // PROTO
  '(': ({ push }) => push(MARK), // MARK
  c: ({ line, push }) => push({ name: `${line()}.${line()}` }), // GLOBAL
  q: ({ byte, remember }) => remember(byte()), // BINPUT
  r: ({ uint32, remember }) => remember(uint32()), // LONG_BINPUT
  h: ({ byte, recall }) => recall(byte()), // BINGET
  j: ({ uint32, recall }) => recall(uint32()), // LONG_BINGET
  N: ({ push }) => push(null), // NONE
  '\x88': ({ push }) => push(true), // NEWTRUE
  '\x89': ({ push }) => push(false), // NEWFALSE
  K: ({ byte, push }) => push(byte()), // BININT1
  M: ({ uint16, push }) => push(uint16()), // BININT2
  J: ({ int32, push }) => push(int32()), // BININT
  '\x8a': ({ byte, take, push }) => push(integerOf(take(byte()))), // LONG1
  X: ({ uint32, take, push }) => push(take(uint32()).toString('utf8')), // BINUNICODE
  ')': ({ push }) => push([]), // EMPTY_TUPLE
  ']': ({ push }) => push([]), // EMPTY_LIST
  '}': ({ push }) => push(new Map()), // EMPTY_DICT
  '\x85': ({ pop, push }) => push([pop()]), // TUPLE1
  '\x86': ({ pop, push }) => push([pop(), pop()].reverse()), // TUPLE2
  t: ({ toMark, push }) => push(toMark()), // TUPLE
  e: ({ toMark, top }) => {
    const items = toMark();
    top().push(...items);
  }, // APPENDS
  s: ({ pop, top }) => {
    const [value, key] = [pop(), pop()];
    top().set(key, value);
  }, // SETITEM
  u: ({ toMark, top }) => {
    const items = toMark();
    for (let index = 0; index < items.length; index += 2) top().set(items[index], items[index + 1]);
  }, // SETITEMS
  Q: ({ pop, push }) => push({ persistent: pop() }), // BINPERSID
  R: ({ pop, push }) => {
    const [args, global] = [pop(), pop()];
    push(global.name === 'collections.OrderedDict' ? new Map() : { global, args });
  }, // REDUCE
  b: ({ pop }) => void pop(), // BUILD: attributes of an object, none of which is data of ours
};

/** A little-endian two's complement number of any length. */
function integerOf(bytes) {
  let value = 0n;
  for (const byte of Buffer.from(bytes).reverse()) value = (value << 8n) | BigInt(byte);
  return BigInt.asIntN(8 * bytes.length, value);
}
