import { WasmEdgeError } from '../../support/errors.js';
import { printable } from '../../support/printable.js';

import { ELEMENT_TYPES, elementCount, numpyName, sizeOf } from './elements.js';
import type { ElementType } from './elements.js';

/** A tensor with its bytes: little-endian, in row-major order. */
export interface Tensor {
  type: ElementType;
  shape: number[];
  bytes: Uint8Array;
}

const MAGIC = Buffer.from('\x93NUMPY', 'latin1');
/** Magic, version, and the header's length since version 2. */
const LONGEST_PREFIX = 12;
/** The data starts at a multiple of this. */
const ALIGNMENT = 64;
const LITTLE_ENDIAN_OR_NONE = /^[<|=]/;

/** Whether these bytes begin like a `.npy` file. */
export function isNpy(content: Uint8Array): boolean {
  return MAGIC.equals(content.subarray(0, MAGIC.length));
}

/**
 * Reads a `.npy` file, as documented in NumPy's format.py (versions 1 to 3).
 *
 * @param name The file's name in messages.
 * @throws {WasmEdgeError} ERR_INVALID_ARGUMENT if it is not such a file, or has elements or an
 *   order that models do not support.
 */
export function readNpy(content: Uint8Array, name: string): Tensor {
  const buffer = Buffer.from(content.buffer, content.byteOffset, content.byteLength);
  const { header, dataOffset } = headerOf(buffer, name);
  const described = /'descr'\s*:\s*'([^']*)'/.exec(header)?.[1];
  const order = /'fortran_order'\s*:\s*(True|False)/.exec(header)?.[1];
  const dimensions = /'shape'\s*:\s*\(([\d\s,L]*)\)/.exec(header)?.[1];
  if (described === undefined || order === undefined || dimensions === undefined) {
    throw damaged(name, `its header is ${printable(header, 100)}`);
  }
  const type = typeOf(described, name);
  const shape = dimensions.split(',').map((each) => each.trim());
  // (3,) ends with a comma, and () is empty.
  if (shape.at(-1) === '') shape.pop();
  const sizes = shape.map((each) => Number.parseInt(each, 10));
  if (!sizes.every(Number.isSafeInteger)) throw damaged(name, `its shape is (${dimensions})`);
  if (order === 'True' && sizes.filter((size) => size !== 1).length > 1) {
    throw refused(name, 'is in Fortran order: save numpy.ascontiguousarray(array)');
  }
  const bytes = buffer.subarray(dataOffset);
  const expected = elementCount(sizes) * sizeOf(type);
  if (bytes.length !== expected) {
    throw damaged(name, `it has ${bytes.length} bytes of data instead of ${expected}`);
  }
  return { type, shape: sizes, bytes };
}

/** The bytes of a `.npy` file, version 1. */
export function writeNpy({ type, shape, bytes }: Tensor): Buffer {
  const name = numpyName(type);
  const order = sizeOf(type) === 1 ? '|' : '<';
  const sizes = shape.length === 1 ? `${String(shape[0])},` : shape.join(', ');
  const text = `{'descr': '${order}${name}', 'fortran_order': False, 'shape': (${sizes}), }`;
  const prefix = MAGIC.length + 4;
  const length = Math.ceil((prefix + text.length + 1) / ALIGNMENT) * ALIGNMENT - prefix;
  const begin = Buffer.alloc(4);
  begin.set([1, 0]);
  begin.writeUInt16LE(length, 2);
  return Buffer.concat([MAGIC, begin, Buffer.from(`${text.padEnd(length - 1)}\n`), bytes]);
}

function headerOf(buffer: Buffer, name: string): { header: string; dataOffset: number } {
  if (buffer.length < LONGEST_PREFIX) throw damaged(name, 'it ends in its header');
  const isFirst = buffer[MAGIC.length] === 1;
  const length = isFirst ? buffer.readUInt16LE(8) : buffer.readUInt32LE(8);
  const begin = isFirst ? 10 : LONGEST_PREFIX;
  if (length > buffer.length - begin) throw damaged(name, 'it ends in its header');
  const header = buffer.toString('utf8', begin, begin + length).trim();
  return { header, dataOffset: begin + length };
}

function typeOf(described: string, name: string): ElementType {
  const type = ELEMENT_TYPES.find((each) => numpyName(each) === described.slice(1));
  if (type === undefined) {
    throw refused(
      name,
      `has elements of NumPy's type '${printable(described, 40)}'; models take ${ELEMENT_TYPES.join(', ')}`,
    );
  }
  if (sizeOf(type) > 1 && !LITTLE_ENDIAN_OR_NONE.test(described)) {
    throw refused(name, "is big-endian: save array.astype(array.dtype.newbyteorder('<'))");
  }
  return type;
}

function damaged(name: string, reason: string): WasmEdgeError {
  return refused(name, `is a damaged .npy file: ${reason}`);
}

function refused(name: string, reason: string): WasmEdgeError {
  return new WasmEdgeError('ERR_INVALID_ARGUMENT', `${printable(name)} ${reason}.`);
}
