import { MEMORY_END } from './host-calls.js';

/** Addresses that a hostile guest passes; the first two are inside its memory. */
export const HOSTILE_POINTERS = [
  0,
  1,
  -1,
  -4,
  2 ** 31 - 1,
  2 ** 31,
  MEMORY_END,
  MEMORY_END - 1,
  MEMORY_END + 1,
];

/** Lengths that lead out of the memory from any address except 0. */
export const HOSTILE_LENGTHS = [-1, -4, 2 ** 31 - 1, 2 ** 31, 2 ** 30, MEMORY_END];

/** Whether any of the `size` bytes at the address is outside the guest's memory. */
export function isOutside(pointer: number, size: number): boolean {
  return (pointer >>> 0) + size > MEMORY_END;
}
