import { printable } from './printable.js';
import { receivedInteger, receivedList, receivedRecord, receivedText } from './received.js';
import type { InferenceFailure } from './shared-types.js';

/** The maximum number that the addon and the plug-ins report for an invocation. */
const MOST_FAILURES = 16;
const FUNCTION_CHARACTERS = 100;
const REASON_CHARACTERS = 1000;
/** The plug-ins never report longer ones. */
const ANY_CHARACTERS = 1 << 16;

/** The part of a result or an error that contains them: empty if there are none. */
export interface ToldFailures {
  inferenceFailures?: InferenceFailure[];
}

/** In displayable form: their texts come partly from a guest. */
export function toldFailures(failures: readonly InferenceFailure[] | undefined): ToldFailures {
  if (failures === undefined || failures.length === 0) return {};
  return { inferenceFailures: failures.slice(0, MOST_FAILURES).map(shown) };
}

/** As reported by another process. */
export function receivedFailures(value: unknown): InferenceFailure[] {
  return receivedList('failures', value).slice(0, MOST_FAILURES).map(receivedFailure);
}

/** A single one. */
export function receivedFailure(value: unknown): InferenceFailure {
  const given = receivedRecord('a failure', value);
  return shown({
    function: receivedText('a function', given['function'], ANY_CHARACTERS),
    errno: receivedInteger('an errno', given['errno'], 0, 2 ** 32 - 1),
    reason: receivedText('a reason', given['reason'], ANY_CHARACTERS),
  });
}

function shown({ function: name, errno, reason }: InferenceFailure): InferenceFailure {
  return {
    function: printable(name, FUNCTION_CHARACTERS),
    errno,
    reason: printable(reason, REASON_CHARACTERS),
  };
}
