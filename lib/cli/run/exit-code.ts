import { existsSync } from 'node:fs';

import { WasmEdgeError } from '../../support/errors.js';

/** This command's exit codes if the guest has none, following other commands and shells. */
export const EXIT = {
  /** EX_USAGE in sysexits.h. */
  usage: 64,
  /** As from `timeout`. */
  timeout: 124,
  /** As from a shell for a file that it cannot execute. */
  refused: 126,
  /** As from a shell for a missing file. */
  missing: 127,
  /** As from a shell whose program was ended by SIGABRT. */
  trap: 134,
  /** As from a shell whose program was ended by SIGPIPE. */
  brokenPipe: 141,
} as const;

/** The exit code for an error from loading or running this file. */
export function exitCodeOf(error: unknown, file: string): number {
  if (!(error instanceof WasmEdgeError)) return 1;
  const { code, exitCode, cause } = error;
  switch (code) {
    case 'ERR_GUEST_EXIT':
      return exitCode ?? 0;
    case 'ERR_INVALID_ARGUMENT':
      return EXIT.usage;
    case 'ERR_TIMEOUT':
      return EXIT.timeout;
    case 'ERR_TRAP':
    case 'ERR_LIMIT':
    case 'ERR_OUTPUT_LIMIT':
    case 'ERR_MEMORY_LIMIT':
      return EXIT.trap;
    case 'ERR_STREAM':
      return systemCode(cause) === 'EPIPE' ? EXIT.brokenPipe : 1;
    case 'ERR_MODULE_LOAD':
      return existsSync(file) ? EXIT.refused : EXIT.missing;
    case 'ERR_MODULE_INVALID':
    case 'ERR_LINK':
    case 'ERR_NATIVE_LOAD':
      return EXIT.refused;
    default:
      return 1;
  }
}

function systemCode(cause: unknown): unknown {
  return (cause as NodeJS.ErrnoException | null | undefined)?.code;
}
