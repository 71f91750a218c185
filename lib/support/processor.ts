import { readFileSync } from 'node:fs';

/**
 * The instruction sets of this processor, sorted: the kernel's list, the same on every core. Empty
 * where the kernel does not tell.
 */
export function processorFeatures(): string[] {
  try {
    const found = /^(?:flags|Features)\s*:\s*(.*)$/m.exec(readFileSync('/proc/cpuinfo', 'utf8'));
    return found?.[1] === undefined ? [] : found[1].trim().split(/\s+/).sort();
  } catch {
    return [];
  }
}
