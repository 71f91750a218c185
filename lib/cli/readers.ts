import { reasonOf } from '../support/errors.js';

import { EXIT } from './run/exit-code.js';

/** A single listener, so that it is never added twice. */
const ignore = (): void => undefined;

/** Ends this process as SIGPIPE ends others; reports other write errors. */
function endWithReader(error: NodeJS.ErrnoException): void {
  if (error.code === 'EPIPE') process.exit(EXIT.brokenPipe);
  console.error(`wasmedge-embed: standard output cannot be written: ${reasonOf(error)}`);
  process.exit(1);
}

/**
 * For every command, before it writes: messages that nobody reads any more are lost, and the
 * command continues. If nobody reads its output (`inspect guest.wasm | head -1`), it ends silently
 * unless {@link outliveReaders} is called.
 */
export function watchReaders(): void {
  process.stderr.on('error', ignore);
  process.stdout.on('error', endWithReader);
}

/**
 * Makes this process continue when the reader of its output has gone (`serve | head -1`): from then
 * on, its output is lost.
 */
export function outliveReaders(): void {
  process.stdout.off('error', endWithReader).on('error', ignore);
}
