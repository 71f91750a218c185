import assert from 'node:assert/strict';

import type { LoadOptions, LoadedModule } from 'wasmedge-embed';

import { withModule } from './run-guest.js';
import { wasmFile } from './wat.js';

/**
 * A guest that calls host functions as it is told: tests write down calls with any arguments, and
 * get each call's result and what then stands in the guest's memory. A call of their choice needs
 * no guest of its own.
 */

const PAGE = 65_536;
/** Where the guest's memory of three pages ends. Page 0 is the test's, the others the guest's. */
export const MEMORY_END = 3 * PAGE;
const PROGRAM = PAGE;
const RESULTS = 2 * PAGE + 16;
const RECORD_WORDS = 7;

/** A host module: its name, and the number of i32 parameters of its functions; all return an i32. */
export interface HostModule {
  module: string;
  functions: Readonly<Record<string, number>>;
}

export const WASI_NN = {
  module: 'wasi_ephemeral_nn',
  functions: {
    load: 5,
    load_by_name: 3,
    load_by_name_with_config: 5,
    init_execution_context: 2,
    set_input: 3,
    compute: 1,
    get_output: 5,
    get_output_single: 5,
    compute_single: 1,
    fini_single: 1,
    unload: 1,
    finalize_execution_context: 1,
  },
} as const satisfies HostModule;

export const TENSORFLOW_LITE = {
  module: 'wasmedge_tensorflowlite',
  functions: {
    create_session: 3,
    delete_session: 1,
    run_session: 1,
    get_output_tensor: 4,
    get_tensor_len: 3,
    get_tensor_data: 5,
    append_input: 5,
  },
} as const satisfies HostModule;

/** An argument: a number, or the 32 bits that stand at an address when the call is made. */
export type Argument = number | { readonly at: number };

/** A function's name and its arguments. */
export type HostCall = readonly [name: string, ...args: Argument[]];

/** What the first page of the guest's memory holds at the start; addresses are given out in turn. */
export class GuestPage {
  readonly bytes = Buffer.alloc(PAGE);
  // Not 0, so that a null pointer points at nothing of the test's.
  #next = 64;

  /** Places bytes, aligned to 8, and tells where they are. */
  put(data: Uint8Array): number {
    const address = this.#next;
    this.#next = (address + data.length + 7) & ~7;
    assert.ok(this.#next <= PAGE, 'the data does not fit on the page');
    this.bytes.set(data, address);
    return address;
  }

  text(value: string): number {
    return this.put(Buffer.from(value));
  }

  words(...values: number[]): number {
    return this.put(Buffer.from(Uint32Array.from(values).buffer));
  }

  /** Room for `size` bytes, filled with 0xAA to show what was written. */
  room(size: number): number {
    return this.put(Buffer.alloc(size, 0xaa));
  }
}

export interface HostCallResults {
  /** What each call returned. */
  errnos: number[];
  /** The first page after the last call. */
  memory: Buffer;
}

/** Loads the guest for a host module and hands it to `use`. */
export async function withHostCalls<T>(
  host: HostModule,
  options: LoadOptions,
  use: (
    run: (page: GuestPage, calls: readonly HostCall[]) => Promise<HostCallResults>,
  ) => Promise<T>,
): Promise<T> {
  const file = await wasmFile(guestText(host));
  return withModule(file, options, (module) =>
    use((page, calls) => runCalls(module, host, page, calls)),
  );
}

/** Makes the calls in one fresh guest. */
export function callHost(
  host: HostModule,
  options: LoadOptions,
  page: GuestPage,
  calls: readonly HostCall[],
): Promise<HostCallResults> {
  return withHostCalls(host, options, (run) => run(page, calls));
}

async function runCalls(
  module: LoadedModule,
  { functions }: HostModule,
  page: GuestPage,
  calls: readonly HostCall[],
): Promise<HostCallResults> {
  const names = Object.keys(functions);
  const program = calls.flatMap(([name, ...args]) => {
    assert.equal(args.length, functions[name], `arguments of ${name}`);
    const mask = args.reduce<number>(
      (bits, argument, index) => bits | (typeof argument === 'object' ? 1 << index : 0),
      0,
    );
    const values = args.map((argument) => (typeof argument === 'object' ? argument.at : argument));
    while (values.length < RECORD_WORDS - 2) values.push(0);
    return [names.indexOf(name), mask, ...values.map((value) => value >>> 0)];
  });
  const code = Buffer.from(Uint32Array.of(calls.length, ...program).buffer);
  assert.ok(code.length <= PAGE, 'too many calls');
  const { stdout, stderr, exitCode } = await module.run({
    stdin: Buffer.concat([page.bytes, code]),
  });
  assert.equal(exitCode, 0);
  assert.equal(stderr.length, 0);
  assert.equal(stdout.length, PAGE + 4 * calls.length);
  return {
    errnos: calls.map((_, index) => stdout.readUInt32LE(PAGE + 4 * index)),
    memory: stdout.subarray(0, PAGE),
  };
}

function guestText({ module, functions }: HostModule): string {
  const entries = Object.entries(functions);
  const imports = entries.map(([name, count]) => {
    const params = `(param ${'i32 '.repeat(count)})`;
    return `(import "${module}" "${name}" (func $${name} ${params} (result i32)))`;
  });
  const cases = entries.map(([name, count], number) => {
    const args = Array.from(
      { length: count },
      (_, index) => `(call $argument (local.get $record) (i32.const ${index}))`,
    );
    return `(if (i32.eq (i32.load (local.get $record)) (i32.const ${number}))
      (then (return (call $${name} ${args.join(' ')}))))`;
  });
  return `(module
    (import "wasi_snapshot_preview1" "fd_read"
      (func $fd_read (param i32 i32 i32 i32) (result i32)))
    (import "wasi_snapshot_preview1" "fd_write"
      (func $fd_write (param i32 i32 i32 i32) (result i32)))
    ${imports.join('\n')}
    (memory (export "memory") 3 3)

    (func $argument (param $record i32) (param $index i32) (result i32)
      (local $value i32)
      (local.set $value (i32.load offset=8
        (i32.add (local.get $record) (i32.shl (local.get $index) (i32.const 2)))))
      (if (i32.and (i32.shr_u (i32.load offset=4 (local.get $record)) (local.get $index))
                   (i32.const 1))
        (then (local.set $value (i32.load (local.get $value)))))
      (local.get $value))

    (func $execute (param $record i32) (result i32)
      ${cases.join('\n')}
      unreachable)

    (func (export "_start")
      (local $position i32) (local $count i32) (local $index i32)
      ;; Standard input fills the first two pages: data and program.
      (loop $more
        (i32.store (i32.const ${2 * PAGE}) (local.get $position))
        (i32.store offset=4 (i32.const ${2 * PAGE})
          (i32.sub (i32.const ${2 * PAGE}) (local.get $position)))
        (drop (call $fd_read (i32.const 0) (i32.const ${2 * PAGE}) (i32.const 1)
          (i32.const ${2 * PAGE + 8})))
        (local.set $position
          (i32.add (local.get $position) (i32.load offset=8 (i32.const ${2 * PAGE}))))
        (br_if $more (i32.load offset=8 (i32.const ${2 * PAGE}))))
      (local.set $count (i32.load (i32.const ${PROGRAM})))
      (loop $next
        (if (i32.lt_u (local.get $index) (local.get $count))
          (then
            (i32.store
              (i32.add (i32.const ${RESULTS}) (i32.shl (local.get $index) (i32.const 2)))
              (call $execute (i32.add (i32.const ${PROGRAM + 4})
                (i32.mul (local.get $index) (i32.const ${4 * RECORD_WORDS})))))
            (local.set $index (i32.add (local.get $index) (i32.const 1)))
            (br $next))))
      ;; The data and every result go to standard output.
      (i32.store (i32.const ${2 * PAGE}) (i32.const 0))
      (i32.store offset=4 (i32.const ${2 * PAGE}) (i32.const ${PAGE}))
      (drop (call $fd_write (i32.const 1) (i32.const ${2 * PAGE}) (i32.const 1)
        (i32.const ${2 * PAGE + 8})))
      (i32.store (i32.const ${2 * PAGE}) (i32.const ${RESULTS}))
      (i32.store offset=4 (i32.const ${2 * PAGE}) (i32.shl (local.get $count) (i32.const 2)))
      (drop (call $fd_write (i32.const 1) (i32.const ${2 * PAGE}) (i32.const 1)
        (i32.const ${2 * PAGE + 8})))))`;
}
