import { addon } from '../../addon/native.js';
import { WasmEdgeError } from '../../support/errors.js';
import type { WasmEdgeErrorDetails } from '../../support/errors.js';
import { earlyEndError } from '../early-end.js';

import { readLog } from './log.js';

/** How the program's process ended, and its output. */
export interface Ended {
  code: number | null;
  signal: NodeJS.Signals | null;
  log: string;
}

/** WasmEdge's code for an interrupted execution: by --time-limit. */
const INTERRUPTED = 0x007;
const COST_LIMIT_EXCEEDED = 0x003;

/**
 * Distinguishes a guest that ended by itself (exit code) from one that did not (error).
 * docs/isolation.md has the table, and the cases that cannot be distinguished.
 */
export function outcomeOf(
  { code, signal, log }: Ended,
  details: WasmEdgeErrorDetails,
): number | WasmEdgeError {
  const error = (
    kind: WasmEdgeError['code'],
    message: string,
    more: WasmEdgeErrorDetails = {},
  ): WasmEdgeError => new WasmEdgeError(kind, message, { ...details, ...more });
  const { isRedirected, failure, fatal, isOutOfGas } = readLog(log);
  if (signal) {
    return error(
      'ERR_WORKER_DIED',
      `WasmEdge's program was ended by ${signal}.` +
        (signal === 'SIGSEGV' ? ' Endless recursion in a compiled guest also causes this.' : ''),
    );
  }
  if (!isRedirected) {
    return error(
      'ERR_WORKER_DIED',
      `WasmEdge's program ended with exit code ${String(code)} before it had loaded its plug-ins.`,
    );
  }
  if (failure && code !== 0) {
    const { code: kind, message, limit, trap } = failure;
    return error(kind, message, { ...(limit && { limit }), ...(trap && { trap }) });
  }
  if (isOutOfGas || fatal?.code === COST_LIMIT_EXCEEDED) {
    return error('ERR_LIMIT', 'The guest used up its fuel. Raise limits.fuel to allow more.', {
      limit: 'fuel',
    });
  }
  if (!fatal) return code ?? 0;
  if (fatal.code === INTERRUPTED) return earlyEndError('timeout', details);
  const trap = addon().trapName(fatal.code);
  if (trap !== undefined) {
    return error('ERR_TRAP', `The guest trapped: ${fatal.message}.`, { trap });
  }
  return error(
    'ERR_MODULE_INVALID',
    `The module cannot be run: ${fatal.message} (code ${fatal.code}).`,
  );
}
