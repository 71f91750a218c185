import { NotMangled } from './cursor.js';
import { itaniumName } from './itanium.js';
import { rustLegacyName } from './rust-legacy.js';
import { rustV0Name } from './rust-v0.js';
import { nameOfSignature } from './signature.js';

/** Longer names are not demangled. */
const MAX_MANGLED = 4096;

/**
 * A function's name as in its source, in a short form: without hashes, parameters and template
 * arguments. Linkers have already demangled some names. A name from an unknown compiler stays
 * unchanged.
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
