import { NotMangled } from './cursor.js';
import { itaniumName } from './itanium.js';
import { rustLegacyName } from './rust-legacy.js';
import { rustV0Name } from './rust-v0.js';
import { nameOfSignature } from './signature.js';

/** Longer names are not read. */
const MAX_MANGLED = 4096;

/**
 * A function's name as its source has it, in a short form: without hashes, parameters and the
 * arguments of templates. Linkers have demangled some already. A name that no known compiler made
 * stays as it is.
 */
export function demangled(name: string): string {
  if (name.length > MAX_MANGLED) return name;
  for (const read of [rustLegacyName, rustV0Name, itaniumName, nameOfSignature]) {
    try {
      const found = read(name);
      if (found !== undefined && found !== '') return found;
    } catch (error) {
      if (!(error instanceof NotMangled)) throw error;
    }
  }
  return name;
}
