import type { TensorDescription } from '../../options/types.js';

/** The type of a tensor's elements. */
export type ElementType = TensorDescription['type'];

interface Facts {
  /** The size of one element, in bytes. */
  size: number;
  /** NumPy's name for it, without the byte order. */
  numpy: string;
  /** Reads one element, little-endian. For a complex number, its real part. */
  read: (view: DataView, offset: number) => number | bigint;
}

const FACTS: Readonly<Record<ElementType, Facts>> = {
  float32: { size: 4, numpy: 'f4', read: (view, offset) => view.getFloat32(offset, true) },
  float16: {
    size: 2,
    numpy: 'f2',
    read: (view, offset) => halfValue(view.getUint16(offset, true)),
  },
  float64: { size: 8, numpy: 'f8', read: (view, offset) => view.getFloat64(offset, true) },
  uint8: { size: 1, numpy: 'u1', read: (view, offset) => view.getUint8(offset) },
  uint16: { size: 2, numpy: 'u2', read: (view, offset) => view.getUint16(offset, true) },
  uint32: { size: 4, numpy: 'u4', read: (view, offset) => view.getUint32(offset, true) },
  uint64: { size: 8, numpy: 'u8', read: (view, offset) => view.getBigUint64(offset, true) },
  int8: { size: 1, numpy: 'i1', read: (view, offset) => view.getInt8(offset) },
  int16: { size: 2, numpy: 'i2', read: (view, offset) => view.getInt16(offset, true) },
  int32: { size: 4, numpy: 'i4', read: (view, offset) => view.getInt32(offset, true) },
  int64: { size: 8, numpy: 'i8', read: (view, offset) => view.getBigInt64(offset, true) },
  bool: { size: 1, numpy: 'b1', read: (view, offset) => view.getUint8(offset) },
  complex64: { size: 8, numpy: 'c8', read: (view, offset) => view.getFloat32(offset, true) },
};

export const ELEMENT_TYPES = Object.keys(FACTS) as ElementType[];

/** The size of one element, in bytes. */
export function sizeOf(type: ElementType): number {
  return FACTS[type].size;
}

/** NumPy's name for the type, without the byte order: `f4`. */
export function numpyName(type: ElementType): string {
  return FACTS[type].numpy;
}

/** The first elements in a tensor's bytes, at most `most`. Exact: int64 elements are bigints. */
export function elementsOf(
  type: ElementType,
  bytes: Uint8Array,
  most = Infinity,
): (number | bigint)[] {
  const { size, read } = FACTS[type];
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const count = Math.min(most, Math.floor(bytes.byteLength / size));
  return Array.from({ length: count }, (_, index) => read(view, index * size));
}

/** A binary16 number of IEEE 754. */
function halfValue(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >> 10) & 0x1f;
  const fraction = bits & 0x3ff;
  if (exponent === 0) return sign * fraction * 2 ** -24;
  if (exponent === 0x1f) return fraction === 0 ? sign * Infinity : NaN;
  return sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
}

/** The product of the dimensions; 1 for a scalar. */
export function elementCount(shape: readonly number[]): number {
  return shape.reduce((count, size) => count * size, 1);
}

/** In the form for people and the option `--shape`: `1x2x3`. */
export function shapeText(shape: readonly number[]): string {
  return shape.length === 0 ? 'scalar' : shape.join('x');
}

/** Parses the output of `shapeText`; undefined if it is not a shape. */
export function shapeOfText(text: string): number[] | undefined {
  if (text === 'scalar') return [];
  if (!/^\d+(?:x\d+)*$/.test(text)) return undefined;
  return text.split('x').map(Number);
}

/**
 * The shape of this many elements: the declared one, or that of a signature (-1 for a free size)
 * with one free size; otherwise a single dimension, since their arrangement is unknown.
 */
export function shapeOfCount(
  count: number,
  shape: readonly number[],
  signature: readonly number[] = shape,
): number[] {
  if (elementCount(shape) === count) return [...shape];
  const others = elementCount(signature.filter((size) => size !== -1));
  const isOneFree = signature.filter((size) => size === -1).length === 1;
  if (!isOneFree || others === 0 || count % others !== 0) return [count];
  return signature.map((size) => (size === -1 ? count / others : size));
}
