import { lstatSync } from 'node:fs';
import path from 'node:path';

/** A package's folder as Node.js looks for it: in the nearest node_modules upwards. */
export function findDependency(folder: string, name: string): string | undefined {
  for (let at = folder; ; at = path.dirname(at)) {
    const candidate = path.join(at, 'node_modules', name);
    if (lstatSync(path.join(candidate, 'package.json'), { throwIfNoEntry: false }))
      return candidate;
    if (at === path.dirname(at)) return undefined;
  }
}
