import type * as Demangle from './demangle/index.js';
import { printableWithin } from './printable.js';
import { receivedInteger, receivedList, receivedRecord, receivedText } from './received.js';

/** An active function of a guest when the guest failed or was stopped. */
export interface GuestFrame {
  /**
   * Its name in the source, from the module's name section; otherwise the name of its export, or of
   * its import with the module; otherwise `wasm-function[41]`. At most 200 characters, without
   * control characters.
   */
  function: string;
  /** Its index in the module; imported functions come first. */
  index: number;
}

/** A name as received from the addon. */
type NativeFrame = GuestFrame;

/** Maximum number of frames; the innermost are kept. */
const MOST_FRAMES = 64;
const NAME_CHARACTERS = 200;
/** Longer ones are never sent. */
const ANY_CHARACTERS = 1 << 16;

/** Functions between a fault in the source and the end of the guest, which explain neither. */
const MACHINERY = [
  // For Rust.
  /^(?:core|std|alloc)::(?:panicking|panic|rt|process|intrinsics|alloc|raw_vec)::/,
  /^core::(?:option|result|cell)::[\w:]*(?:_failed|panic_\w+)$/,
  /^<?core::(?:option::Option|result::Result)<.+>::(?:expect|unwrap)(?:_err)?$/,
  /^core::(?:slice|str)::(?:<impl [^<>]{1,40}>::)?[\w:]*_fail(?:_rt|::[\w:]+)?$/,
  /^<.+ as core::ops::index::Index(?:Mut)?<.+>>::index(?:_mut)?$/,
  // The code of a closure is inlined here; its caller is more informative.
  /^core::ops::function::Fn(?:Once|Mut)?::call(?:_once|_mut)?/,
  /^std::sys::(?:[\w:]*::)?(?:abort_internal|__rust_(?:begin|end)_short_backtrace)$/,
  /^(?:__rustc(?:\[\w*\])?::)?(?:rust_panic|rust_begin_unwind|__rust_\w+|__rg_oom|__rdl_oom)$/,
  // For C and C++.
  /^(?:abort|__abort|raise|_Exit|__assert_fail|__assert|__stack_chk_fail|__cxa_\w+)$/,
  /^std::(?:terminate|__terminate|(?:\w+::)*__(?:throw|libcpp)_\w+)$/,
  /^(?:_*abort_message|__throw_bad_alloc_shim|operator new(?:\[\])?)$/,
  // The function that a std::function holds is inlined here.
  /^std::__\w+::(?:__function::[\w:]+|function::operator\(\)|__invoke\w*)$/,
  // For AssemblyScript.
  /^(?:env\.abort|~lib\/builtins\/abort)$/,
];

/** A printable form: every part of it comes from the module. */
export function toldStack(frames: readonly NativeFrame[]): GuestFrame[] {
  // Only computed on failures.
  const { demangled } = require('./demangle/index.js') as typeof Demangle;
  // It may consist of a single recursive function.
  const told = new Map<string, string>();
  return frames.slice(0, MOST_FRAMES).map(({ function: name, index }) => {
    if (name === '') return { function: `wasm-function[${index}]`, index };
    const shown = told.get(name) ?? printableWithin(demangled(name), NAME_CHARACTERS);
    told.set(name, shown);
    return { function: shown, index };
  });
}

/** A frame received from another process, where its name has been formatted already. */
export function receivedStack(value: unknown): GuestFrame[] {
  return receivedList('a stack', value)
    .slice(0, MOST_FRAMES)
    .map((frame) => {
      const given = receivedRecord('a frame', frame);
      const name = receivedText('a function', given['function'], ANY_CHARACTERS);
      return {
        function: printableWithin(name, NAME_CHARACTERS),
        index: receivedInteger('an index', given['index'], 0, 2 ** 32 - 1),
      };
    });
}

/** The innermost function of the program itself; the innermost of all if there is none. */
export function placeOf(frames: readonly GuestFrame[] | undefined): string | undefined {
  const own = frames?.find(({ function: name }) => !MACHINERY.some((each) => each.test(name)));
  return (own ?? frames?.[0])?.function;
}

/** Lines for display, innermost first. */
export function stackLines(frames: readonly GuestFrame[], omitted = 0): string {
  const lines = frames.map(({ function: name, index }) => `    at ${name} (${index})\n`);
  return lines.join('') + (omitted > 0 ? `    … and ${omitted} more\n` : '');
}
