import { symlinkSync } from 'node:fs';
import path from 'node:path';

import { temporaryPath } from './wat.js';

/**
 * The misbehaving program, with a unique path: a test uses it to find what its processes, and
 * nobody else's, leave behind.
 */
export function rogueScript(): string {
  const script = temporaryPath('rogue-worker.js');
  symlinkSync(path.join(__dirname, 'rogue-worker.js'), script);
  return script;
}
