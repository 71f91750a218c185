import { printable } from './printable.js';
import { receivedInteger, receivedList, receivedRecord, receivedText } from './received.js';
import type { InferenceFailure } from './shared-types.js';

/** As many as the addon and the plug-ins tell of an invocation. */
const MOST_FAILURES = 16;
const FUNCTION_CHARACTERS = 100;
const REASON_CHARACTERS = 1000;
/** What is longer was never told by the plug-ins. */
const ANY_CHARACTERS = 1 << 16;

/** The part of a result or an error that tells of them: nothing where there are none. */
export interface ToldFailures {
  inferenceFailures?: InferenceFailure[];
}

/** As people may see them: a guest has a part in their texts. */
export function toldFailures(failures: readonly InferenceFailure[] | undefined): ToldFailures {
  if (failures === undefined || failures.length === 0) return {};
  return { inferenceFailures: failures.slice(0, MOST_FAILURES).map(shown) };
}

/** As another process tells them. */
export function receivedFailures(value: unknown): InferenceFailure[] {
  return receivedList('failures', value).slice(0, MOST_FAILURES).map(receivedFailure);
}

/** One of them. */
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
