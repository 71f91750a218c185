import { WasmEdgeError } from '../support/errors.js';
import { placeOf } from '../support/guest-stack.js';
import { printable, printableWithin } from '../support/printable.js';

/** The part at the end of a guest's output that is read, and as much from the start of a panic. */
const MOST_PANIC_BYTES = 8192;
/** The part at the end in which the start of a long panic message is looked for, and how often. */
const MOST_SEARCHED_BYTES = 1 << 20;
const MOST_SEARCHES = 10;

/** What a message may say about an invocation that failed. */
export interface InvocationFacts {
  /** The module's file. */
  file: string;
  /** The effective time limit in milliseconds, and the option that set it. */
  timeoutMs?: number | undefined;
  timeoutOption: 'timeoutMs' | 'limits.timeoutMs';
  concurrency: number;
  maxQueue: number;
  maxWaiting: number;
  /** Whether a host function requested it. */
  isNested: boolean;
}

/**
 * The same error with the message used in all isolations: the end of an invocation is noticed by
 * the addon, a worker process or this process, but only described here.
 *
 * @param cause The reason of an abort, which other threads and processes do not have.
 */
export function inWords(
  error: WasmEdgeError,
  facts: InvocationFacts,
  cause: unknown = error.cause,
): WasmEdgeError {
  const place = placeOf(error.guestStack);
  const said = error.code === 'ERR_TRAP' ? lastWords(error) : '';
  const words = messageOf(error, facts);
  if (words === undefined && place === undefined && said === '') return error;
  const what = words ?? error.message;
  const where =
    place === undefined ? '' : `${/[.!?)…]$/.test(what) ? '' : '.'} It was in ${place}.`;
  const { code, stdout, stderr, timings, trap, limit, exitCode, results, inferenceFailures } =
    error;
  const { guestStack, guestStackOmitted } = error;
  return new WasmEdgeError(code, what + where + said, {
    ...(cause !== undefined && { cause }),
    ...(trap && { trap }),
    ...(limit !== undefined && { limit }),
    ...(exitCode !== undefined && { exitCode }),
    ...(stdout && { stdout }),
    ...(stderr && { stderr }),
    ...(timings && { timings }),
    ...(results && { results }),
    ...(inferenceFailures && { inferenceFailures }),
    ...(guestStack && { guestStack }),
    ...(guestStackOmitted !== undefined && { guestStackOmitted }),
  });
}

/** The error of an invocation that comes after `close()`. */
export function closedError(file: string): WasmEdgeError {
  return new WasmEdgeError('ERR_CLOSED', closedMessage(file));
}

function messageOf(error: WasmEdgeError, facts: InvocationFacts): string | undefined {
  const { file, timeoutMs, timeoutOption, concurrency, maxQueue, maxWaiting } = facts;
  const name = printable(file);
  switch (error.code) {
    case 'ERR_TIMEOUT':
      return `${name} took longer than ${String(timeoutMs)} ms (${timeoutOption}).`;
    case 'ERR_ABORTED':
      return `The invocation of ${name} was aborted.`;
    case 'ERR_QUEUE_FULL':
      if (facts.isNested) {
        return (
          `${name} has ${concurrency + maxWaiting} invocations in progress, which run or wait for host functions, ` +
          "and a host function requested another one ('concurrency' and 'maxWaiting' together allow no more). " +
          'That would be a deadlock.'
        );
      }
      return (
        `${name} has ${concurrency} invocations in progress, as many as 'concurrency' allows, and the queue is full ` +
        `(maxQueue is ${maxQueue}). Try again later.`
      );
    case 'ERR_CLOSED':
      return closedMessage(file);
    default:
      return undefined;
  }
}

function closedMessage(file: string): string {
  return `${printable(file)} is closed. Load it again to run it.`;
}

/**
 * A guest's last words before it trapped: its panic message, or its last line. `stderr` contains
 * everything.
 */
function lastWords({ stderr, trap }: WasmEdgeError): string {
  const end = stderr?.subarray(-MOST_PANIC_BYTES).toString().trimEnd() ?? '';
  // A panic ends in this trap; before any other trap it was caught.
  const panic =
    trap === 'unreachable' && stderr ? (panicOf(end) ?? longPanicOf(stderr)) : undefined;
  if (panic !== undefined) return ` It panicked: ${panic}`;
  const last = printableWithin(end.slice(end.lastIndexOf('\n') + 1), 300);
  return last === '' ? '' : ` Its standard error ends with: ${last}`;
}

/** The message of a panic whose first line comes before the part that is read. */
function longPanicOf(stderr: Buffer): string | undefined {
  let before = stderr.subarray(-MOST_SEARCHED_BYTES);
  for (let search = 0; search < MOST_SEARCHES; search++) {
    const found = before.lastIndexOf(' panicked at ');
    if (found < 0) return undefined;
    const start = before.lastIndexOf('\n', found) + 1;
    const text = stderr.subarray(-MOST_SEARCHED_BYTES).subarray(start);
    if (text.length > MOST_PANIC_BYTES) {
      const parts = [text.subarray(0, MOST_PANIC_BYTES), text.subarray(-MOST_PANIC_BYTES)];
      const panic = panicOf(parts.map(String).join('\n').trimEnd());
      if (panic !== undefined) return panic;
    }
    before = before.subarray(0, start);
  }
  return undefined;
}

/**
 * The message of a Rust panic: the lines after `thread 'main' panicked at src/main.rs:3:5:`,
 * without the hint about a backtrace. The last panic counts, and none if the program wrote anything
 * else after that hint. Before Rust 1.73, the message was in the first line: `panicked at 'boom',
 * src/main.rs:3:5`.
 */
function panicOf(stderr: string): string | undefined {
  const heads = [
    ...stderr.matchAll(/^.{0,200} panicked at ([^\n]{1,1000}:\d{1,9}:\d{1,9})(:?)$/gm),
  ];
  const head = heads.at(-1);
  if (head === undefined) return undefined;
  const [all, at = '', colon] = head;
  const following = stderr.slice(head.index + all.length).trim();
  const [said = '', hint, ...rest] = following.split(
    /^(note: (?:run with|Some details)[^\n]*|stack backtrace:)/m,
  );
  if (hint?.startsWith('note:') && rest.join('').trim() !== '') return undefined;
  const old = colon === '' ? /^'([^]*)', ([^']*)$/.exec(at) : undefined;
  if (colon === '' && (!old || said !== '')) return undefined;
  const message = printableWithin((old?.[1] ?? said).trim(), 1000);
  const place = `(${printableWithin(old?.[2] ?? at, 200)})`;
  return message === '' ? place : `${message} ${place}`;
}
