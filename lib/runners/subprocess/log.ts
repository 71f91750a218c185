import { MESSAGE_CHARACTERS, receivedFields } from '../../support/encoded-error.js';
import type { Trap, WasmEdgeErrorCode } from '../../support/errors.js';
import { receivedFailure } from '../../support/inference-failures.js';
import { printable, printableLines } from '../../support/printable.js';
import { receivedBoolean, receivedRecord, receivedText } from '../../support/received.js';
import type { InferenceFailure } from '../../support/shared-types.js';

/** The descriptor for the log of WasmEdge's program, and for failures of the plug-ins. */
export const LOG_DESCRIPTOR = 3;

/** The libwasmedge that a process of the program uses. */
export interface UsedLibrary {
  path: string;
  /** Whether it has loaded LLVM, as a separate library. */
  hasLlvm: boolean;
}

/** A failure as reported by the plug-ins. */
export interface PluginFailure {
  code: WasmEdgeErrorCode;
  message: string;
  limit?: string;
  trap?: Trap;
}

export interface ProgramLog {
  /** Whether the log came here, so that standard output contains only the guest's output. */
  isRedirected: boolean;
  /** Why one of our host functions ended the guest, or why a plug-in was not set up. */
  failure: PluginFailure | undefined;
  /** WasmEdge's own code and message for why the program failed. */
  fatal: { code: number; message: string } | undefined;
  /** Why calls of the guest were rejected. */
  inferenceFailures: InferenceFailure[];
  /** Whether the gas was used up, for which some versions have no code. */
  isOutOfGas: boolean;
  library: UsedLibrary | undefined;
}

/** No line is longer: lib/runners/subprocess/invocation.ts keeps no more of the log. */
const ANY_CHARACTERS = 1 << 20;
const GREETING = '{"log":1}';
/** "[2026-01-31 12:00:00.000] [error] execution failed: unreachable, Code: 0x40a" */
const FATAL = /\[error\] .*failed: (.*), Code: 0x([0-9a-f]+)$/;

/** Parses what came through the descriptor. */
export function readLog(text: string): ProgramLog {
  const log: ProgramLog = {
    isRedirected: false,
    failure: undefined,
    fatal: undefined,
    isOutOfGas: false,
    inferenceFailures: [],
    library: undefined,
  };
  for (const line of text.split('\n')) {
    if (line === GREETING) {
      log.isRedirected = true;
    } else if (line.startsWith('{"code":')) {
      log.failure ??= parsed(line, receivedPluginFailure);
    } else if (line.startsWith('{"function":')) {
      const refused = parsed(line, receivedFailure);
      if (refused) log.inferenceFailures.push(refused);
    } else if (line.startsWith('{"library":')) {
      log.library ??= parsed(line, receivedLibrary);
    } else if (line.includes('[error] Cost exceeded limit')) {
      log.isOutOfGas = true;
    } else {
      const [, message, code] = FATAL.exec(line) ?? [];
      if (message !== undefined && code !== undefined) {
        log.fatal ??= { message: printable(message), code: Number.parseInt(code, 16) };
      }
    }
  }
  return log;
}

function receivedPluginFailure(sent: unknown): PluginFailure | undefined {
  const { message, ...fields } = receivedRecord('a failure', sent);
  const { code, limit, trap } = receivedFields(fields);
  if (code === undefined) return undefined;
  const text = receivedText('a message', message, ANY_CHARACTERS);
  return {
    code,
    message: printableLines(text, MESSAGE_CHARACTERS),
    ...(limit !== undefined && { limit }),
    ...(trap !== undefined && { trap }),
  };
}

function receivedLibrary(sent: unknown): UsedLibrary {
  const { library, llvm } = receivedRecord('a library', sent);
  return {
    path: receivedText('a path', library, ANY_CHARACTERS),
    hasLlvm: receivedBoolean('a state', llvm),
  };
}

/** The content of a line of JSON; undefined if it does not have this form. */
function parsed<T>(line: string, read: (sent: unknown) => T): T | undefined {
  try {
    return read(JSON.parse(line));
  } catch {
    return undefined; // truncated when the process was killed, or sent by a guest in control
  }
}
