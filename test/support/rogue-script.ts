import { symlinkSync } from 'node:fs';
import path from 'node:path';

import { temporaryPath } from './wat.js';

/**
 * The program that misbehaves, by a path of its own: by it a test finds what its processes leave behind, and
 * nobody else's.
 */
export function rogueScript(): string {
  const script = temporaryPath('rogue-worker.js');
  symlinkSync(path.join(__dirname, 'rogue-worker.js'), script);
  return script;
}
