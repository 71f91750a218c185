import type { Readable } from 'node:stream';

import { compileProgressChannel } from '../support/diagnostics.js';

/**
 * The descriptor on which the compiler's process reports its progress: one byte for each
 * percentage.
 */
export const PROGRESS_DESCRIPTOR = 3;

const ALL = 100;

/**
 * Reads to the end. The process is not trusted: the module that it compiles may have taken it over.
 */
export function readProgress(stream: Readable, tell?: (percent: number) => void): void {
  let last = -1;
  stream.on('data', (bytes: Buffer) => {
    const percent = bytes.reduce((most, each) => (each < ALL && each > most ? each : most), last);
    if (percent === last) return;
    last = percent;
    tell?.(percent);
  });
  stream.on('error', () => undefined);
}

/** Publishes the compiling progress of a module. */
export function publishProgress(module: string): (percent: number) => void {
  return (percent) => {
    if (compileProgressChannel.hasSubscribers) compileProgressChannel.publish({ module, percent });
  };
}
