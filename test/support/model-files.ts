import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';

import { temporaryPath } from './wat.js';

/** Creates a folder with these files and returns its path. */
export function folderWith(files: Readonly<Record<string, string | Uint8Array>>): string {
  const folder = temporaryPath('models');
  mkdirSync(folder, { recursive: true });
  for (const [name, content] of Object.entries(files)) {
    const file = path.join(folder, name);
    mkdirSync(path.dirname(file), { recursive: true });
    writeFileSync(file, content);
  }
  return folder;
}
