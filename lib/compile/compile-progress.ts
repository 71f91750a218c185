import type { Readable } from 'node:stream';

import { compileProgressChannel } from '../support/diagnostics.js';

/** Where the compiler's process tells how far it is: a byte for each percentage. */
export const PROGRESS_DESCRIPTOR = 3;

const ALL = 100;

/** Reads on. The process is not believed: it may have been taken over by the module that it compiles. */
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

/** Publishes for a module how far its compiling is. */
export function publishProgress(module: string): (percent: number) => void {
  return (percent) => {
    if (compileProgressChannel.hasSubscribers) compileProgressChannel.publish({ module, percent });
  };
}
