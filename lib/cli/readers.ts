import { reasonOf } from '../support/errors.js';

import { EXIT } from './run/exit-code.js';

/** One for all, so that it is there once. */
const ignore = (): void => undefined;

/** Ends this process as SIGPIPE ends others; what else a write fails with is told. */
function endWithReader(error: NodeJS.ErrnoException): void {
  if (error.code === 'EPIPE') process.exit(EXIT.brokenPipe);
  console.error(`wasmedge-embed: standard output cannot be written: ${reasonOf(error)}`);
  process.exit(1);
}

/**
 * For every command, before it writes: messages that nobody reads any more are lost, and it goes on. When
 * nobody reads its output (`inspect guest.wasm | head -1`) it ends quietly, unless {@link outliveReaders} is called.
 */
export function watchReaders(): void {
  process.stderr.on('error', ignore);
  process.stdout.on('error', endWithReader);
}

/**
 * Lets this process live on when whoever reads its output has gone (`serve | head -1`): what it writes is
 * lost from then on.
 */
export function outliveReaders(): void {
  process.stdout.off('error', endWithReader).on('error', ignore);
}
