import { readPickle } from './pickle.mjs';

const MAGIC_NUMBER = 0x1950a86a20f9469cfc6cn;
const PROTOCOL = 1001;

/**
 * A tensor of floats, its last dimension the fastest.
 *
 * @typedef {object} FloatTensor
 * @property {number[]} shape
 * @property {Float32Array} values
 */

/**
 * Reads the weights from a file that `torch.save` wrote in the format before PyTorch 1.6: four pickles (a magic number, a
 * protocol number, a description of the machine, the dictionary), one with the keys of the storages, and the storages.
 *
 * @param {Buffer} bytes
 * @returns {Map<string, FloatTensor>} by their names; tensors of integers, of which there are counters, are left out
 */
export function readCheckpoint(bytes) {
  const pickles = [];
  let position = 0;
  for (let index = 0; index < 5; ++index) {
    const { value, end } = readPickle(bytes, position);
    pickles.push(value);
    position = end;
  }
  const [magicNumber, protocol, machine, dictionary, keys] = pickles;
  const isKnown = magicNumber === MAGIC_NUMBER && protocol === PROTOCOL;
  if (!isKnown || machine.get('little_endian') !== true) {
    throw new Error('the weights are not in the form that PyTorch had before 1.6');
  }
  const storages = readStorages(bytes, position, keys, elementSizes(dictionary));
  const tensors = new Map();
  for (const [name, { args }] of dictionary) {
    const [{ persistent }, offset, shape, strides] = args;
    const [, { name: type }, key] = persistent;
    if (type !== 'torch.FloatStorage') continue;
    const values = contiguous(storages.get(key), offset, shape, strides);
    tensors.set(name, { shape, values });
  }
  return tensors;
}

function elementSizes(dictionary) {
  const sizes = { 'torch.FloatStorage': 4, 'torch.LongStorage': 8 };
  const byKey = new Map();
  for (const { args } of dictionary.values()) {
    const [, { name: type }, key] = args[0].persistent;
    if (!(type in sizes)) throw new Error(`the weights hold a ${type}`);
    byKey.set(key, sizes[type]);
  }
  return byKey;
}

/** Each is preceded by its number of elements. */
function readStorages(bytes, begin, keys, sizes) {
  const storages = new Map();
  let position = begin;
  for (const key of keys) {
    const length = Number(bytes.readBigUInt64LE(position)) * sizes.get(key);
    const storage = bytes.subarray(position + 8, position + 8 + length);
    if (storage.length !== length) throw new Error('the weights end too early');
    storages.set(key, storage);
    position += 8 + length;
  }
  return storages;
}

/** Most convolutions are stored transposed, which only their strides show. */
function contiguous(storage, offset, shape, strides) {
  const values = new Float32Array(shape.reduce((product, size) => product * size, 1));
  const place = shape.map(() => 0);
  let from = offset;
  for (let index = 0; index < values.length; ++index) {
    values[index] = storage.readFloatLE(4 * from);
    for (let axis = shape.length - 1; axis >= 0; --axis) {
      from += strides[axis];
      if (++place[axis] < shape[axis]) break;
      from -= shape[axis] * strides[axis];
      place[axis] = 0;
    }
  }
  return values;
}
