import { createHash } from 'node:crypto';

/** The number of inputs, each long enough for all of a run's operations. */
const COUNT = 16;
const BYTES = 1024;

/**
 * Inputs of host_folders_fuzzer.cc, in which every byte is a choice: any bytes are meaningful, and
 * long inputs reach effects that need many operations. Reproducible.
 */
export function folderSeeds() {
  return Object.fromEntries(
    Array.from({ length: COUNT }, (_, index) => {
      const hash = createHash('shake256', { outputLength: BYTES });
      return [`choices-${index}`, hash.update(String(index)).digest()];
    }),
  );
}
