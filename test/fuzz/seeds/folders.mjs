import { createHash } from 'node:crypto';

/** How many inputs there are, each long enough for all of a run's operations. */
const COUNT = 16;
const BYTES = 1024;

/**
 * Inputs of host_folders_fuzzer.cc, whose every byte is a choice: any bytes make sense, and long ones reach
 * what takes many operations. The same each time.
 */
export function folderSeeds() {
  return Object.fromEntries(
    Array.from({ length: COUNT }, (_, index) => {
      const hash = createHash('shake256', { outputLength: BYTES });
      return [`choices-${index}`, hash.update(String(index)).digest()];
    }),
  );
}
