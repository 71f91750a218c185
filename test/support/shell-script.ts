import { chmodSync, writeFileSync } from 'node:fs';

import { temporaryPath } from './wat.js';

/** An executable file with this script, in place of a program. */
export function shellScript(...lines: string[]): string {
  const file = temporaryPath('program');
  writeFileSync(file, ['#!/bin/sh', ...lines, ''].join('\n'));
  chmodSync(file, 0o755);
  return file;
}
