import assert from 'node:assert/strict';

import type { LoadOptions } from 'wasmedge-embed';

import { withModule } from './run-guest.js';
import { wasmFile } from './wat.js';

/**
 * A guest that calls host functions as instructed: tests list calls with any arguments, and get
 * each call's result and the guest's memory afterwards. So a test does not need a guest of its own
 * for a particular call.
 */

const PAGE = 65_536;
/**
 * The end of the guest's memory of three pages. Page 0 is the test's, the others are the guest's.
 */
export const MEMORY_END = 3 * PAGE;
const PROGRAM = PAGE;
const RESULTS = 2 * PAGE + 16;

/**
 * A host module: its name, and its functions' types, with one letter per value (i: i32, I: i64),
 * parameters and results separated by a colon; a number stands for that many i32 parameters and an
 * i32 result.
 */
export interface HostModule {
  module: string;
  functions: Readonly<Record<string, number | string>>;
  /** Another module, whose functions the guest imports but never calls. */
  alsoImports?: HostModule;
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

/** The functions of the same module in WasmEdge 0.8 to 0.12. */
export const TENSORFLOW_LITE_LEGACY = {
  module: 'wasmedge_tensorflowlite',
  functions: {
    wasmedge_tensorflowlite_create_session: 'ii:I',
    wasmedge_tensorflowlite_delete_session: 'I:',
    wasmedge_tensorflowlite_run_session: 'I:i',
    wasmedge_tensorflowlite_get_output_tensor: 'Iii:I',
    wasmedge_tensorflowlite_get_tensor_len: 'I:i',
    wasmedge_tensorflowlite_get_tensor_data: 'Ii:',
    wasmedge_tensorflowlite_append_input: 'Iiiii:',
  },
} as const satisfies HostModule;

/** Both forms: that of WasmEdge 0.13 and newer, and that of 0.8 to 0.12. */
export const TENSORFLOW = {
  module: 'wasmedge_tensorflow',
  functions: {
    create_session: 3,
    create_session_saved_model: 5,
    delete_session: 1,
    run_session: 1,
    get_output_tensor: 4,
    get_tensor_len: 3,
    get_tensor_data: 5,
    append_input: 8,
    append_output: 3,
    clear_input: 1,
    clear_output: 1,
    wasmedge_tensorflow_create_session: 'ii:I',
    wasmedge_tensorflow_delete_session: 'I:',
    wasmedge_tensorflow_run_session: 'I:i',
    wasmedge_tensorflow_get_output_tensor: 'Iiii:I',
    wasmedge_tensorflow_get_tensor_len: 'I:i',
    wasmedge_tensorflow_get_tensor_data: 'Ii:',
    wasmedge_tensorflow_append_input: 'Iiiiiiiii:',
    wasmedge_tensorflow_append_output: 'Iiii:',
    wasmedge_tensorflow_clear_input: 'I:',
    wasmedge_tensorflow_clear_output: 'I:',
  },
} as const satisfies HostModule;

export const IMAGE = {
  module: 'wasmedge_image',
  functions: {
    load_jpg: 7,
    load_png: 7,
    wasmedge_image_load_jpg_to_rgb8: 5,
    wasmedge_image_load_jpg_to_bgr8: 5,
    wasmedge_image_load_jpg_to_rgb32f: 5,
    wasmedge_image_load_jpg_to_bgr32f: 5,
    wasmedge_image_load_png_to_rgb8: 5,
    wasmedge_image_load_png_to_bgr8: 5,
    wasmedge_image_load_png_to_rgb32f: 5,
    wasmedge_image_load_png_to_bgr32f: 5,
  },
} as const satisfies HostModule;

/** An argument: a number, or the content of an address at the time of the call. */
export type Argument = number | bigint | { readonly at: number };

/** The result of an earlier call, by its index, as an argument. */
export function resultOf(call: number): { readonly at: number } {
  return { at: RESULTS + 8 * call };
}

/** A function's name and its arguments. */
export type HostCall = readonly [name: string, ...args: Argument[]];

/** The initial content of the first page of the guest's memory; addresses are assigned in order. */
export class GuestPage {
  readonly bytes = Buffer.alloc(PAGE);
  // Not 0, so that a null pointer does not point to anything of the test.
  #next = 64;

  /** Places bytes, aligned to 8, and returns their address. */
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

  /** Reserves `size` bytes, filled with 0xAA to show what was written. */
  room(size: number): number {
    return this.put(Buffer.alloc(size, 0xaa));
  }
}

export interface HostCallResults {
  /** The result of each call: the low 32 bits, 0 if it has no result. */
  errnos: number[];
  /** All bits of it. */
  results: bigint[];
  /** The first page after the last call. */
  memory: Buffer;
}

/** Runs a guest with this standard input. */
export type RunGuest = (stdin: Buffer) => Promise<{
  stdout: Buffer;
  stderr: Buffer;
  exitCode: number | null;
}>;

/** Loads the guest for a host module and passes it to `use`. */
export async function withHostCalls<T>(
  host: HostModule,
  options: LoadOptions,
  use: (
    run: (page: GuestPage, calls: readonly HostCall[]) => Promise<HostCallResults>,
  ) => Promise<T>,
): Promise<T> {
  return withModule(await callingGuest(host), options, (module) =>
    use((page, calls) => runCalls((stdin) => module.run({ stdin }), host, page, calls)),
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

/** The guest for a host module, for running it in another way. */
export function callingGuest(host: HostModule): Promise<string> {
  return wasmFile(guestText(host));
}

/** Makes the calls in the guest of {@link callingGuest}. */
export async function runCalls(
  runGuest: RunGuest,
  { functions }: HostModule,
  page: GuestPage,
  calls: readonly HostCall[],
): Promise<HostCallResults> {
  const names = Object.keys(functions);
  const program = calls.flatMap(([name, ...args]) => {
    const [params] = typeOf(functions[name]!);
    assert.equal(args.length, params.length, `arguments of ${name}`);
    const mask = args.reduce<number>(
      (bits, argument, index) => bits | (typeof argument === 'object' ? 1 << index : 0),
      0,
    );
    const words = args.flatMap((argument, index) => {
      const value = BigInt(typeof argument === 'object' ? argument.at : argument);
      const low = Number(value & 0xffff_ffffn);
      return params[index] === 'I' ? [low, Number((value >> 32n) & 0xffff_ffffn)] : [low];
    });
    return [names.indexOf(name), mask, ...words];
  });
  const code = Buffer.from(Uint32Array.of(calls.length, ...program).buffer);
  assert.ok(code.length <= PAGE, 'too many calls');
  const { stdout, stderr, exitCode } = await runGuest(Buffer.concat([page.bytes, code]));
  assert.equal(exitCode, 0, stdout.toString('latin1', 0, 400));
  assert.equal(stderr.length, 0);
  assert.equal(stdout.length, PAGE + 8 * calls.length);
  const results = calls.map((_, index) => stdout.readBigUInt64LE(PAGE + 8 * index));
  return {
    errnos: results.map((result) => Number(result & 0xffff_ffffn)),
    results,
    memory: stdout.subarray(0, PAGE),
  };
}

function typeOf(type: number | string): [params: string, result: string] {
  if (typeof type === 'number') return ['i'.repeat(type), 'i'];
  const [params = '', result = ''] = type.split(':');
  return [params, result];
}

const WASM_TYPES: Record<string, string> = { i: 'i32', I: 'i64' };

function importText(module: string, name: string, type: number | string): string {
  const [params, result] = typeOf(type);
  const kinds = Array.from(params, (letter) => WASM_TYPES[letter]).join(' ');
  const returned = result && `(result ${WASM_TYPES[result]})`;
  return `(import "${module}" "${name}" (func $${name} (param ${kinds}) ${returned}))`;
}

function guestText({ module, functions, alsoImports }: HostModule): string {
  const entries = Object.entries(functions);
  const imports = [
    ...entries.map(([name, type]) => importText(module, name, type)),
    ...Object.entries(alsoImports?.functions ?? {}).map(([name, type]) =>
      importText(alsoImports!.module, name, type),
    ),
  ];
  const cases = entries.map(([name, type], number) => {
    const [params, result] = typeOf(type);
    let words = 0;
    const args = Array.from(params, (letter, index) => {
      const place = 8 + 4 * words;
      words += letter === 'I' ? 2 : 1;
      return `(call $${WASM_TYPES[letter]} (local.get $record) (i32.const ${place}) (i32.const ${index}))`;
    });
    const call = `(call $${name} ${args.join(' ')})`;
    const stored =
      result === 'I'
        ? `(i64.store (local.get $result) ${call})`
        : result === 'i'
          ? `(i64.store (local.get $result) (i64.extend_i32_u ${call}))`
          : call;
    return `(if (i32.eq (i32.load (local.get $record)) (i32.const ${number}))
      (then ${stored} (return (i32.const ${8 + 4 * words}))))`;
  });
  return `(module
    (import "wasi_snapshot_preview1" "fd_read"
      (func $fd_read (param i32 i32 i32 i32) (result i32)))
    (import "wasi_snapshot_preview1" "fd_write"
      (func $fd_write (param i32 i32 i32 i32) (result i32)))
    ${imports.join('\n')}
    (memory (export "memory") 3 3)

    ;; Whether the argument of this number is what stands at an address.
    (func $indirect (param $record i32) (param $index i32) (result i32)
      (i32.and (i32.shr_u (i32.load offset=4 (local.get $record)) (local.get $index))
               (i32.const 1)))

    (func $i32 (param $record i32) (param $place i32) (param $index i32) (result i32)
      (local $value i32)
      (local.set $value (i32.load (i32.add (local.get $record) (local.get $place))))
      (if (call $indirect (local.get $record) (local.get $index))
        (then (local.set $value (i32.load (local.get $value)))))
      (local.get $value))

    (func $i64 (param $record i32) (param $place i32) (param $index i32) (result i64)
      (local $value i64)
      (local.set $value (i64.load (i32.add (local.get $record) (local.get $place))))
      (if (call $indirect (local.get $record) (local.get $index))
        (then (local.set $value (i64.load (i32.wrap_i64 (local.get $value))))))
      (local.get $value))

    ;; Makes a call, stores its result, and gives back how long the record is.
    (func $execute (param $record i32) (param $result i32) (result i32)
      ${cases.join('\n')}
      unreachable)

    (func (export "_start")
      (local $position i32) (local $count i32) (local $index i32) (local $record i32)
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
      (local.set $record (i32.const ${PROGRAM + 4}))
      (loop $next
        (if (i32.lt_u (local.get $index) (local.get $count))
          (then
            (local.set $record (i32.add (local.get $record) (call $execute (local.get $record)
              (i32.add (i32.const ${RESULTS}) (i32.shl (local.get $index) (i32.const 3))))))
            (local.set $index (i32.add (local.get $index) (i32.const 1)))
            (br $next))))
      ;; The data and every result go to standard output.
      (i32.store (i32.const ${2 * PAGE}) (i32.const 0))
      (i32.store offset=4 (i32.const ${2 * PAGE}) (i32.const ${PAGE}))
      (drop (call $fd_write (i32.const 1) (i32.const ${2 * PAGE}) (i32.const 1)
        (i32.const ${2 * PAGE + 8})))
      (i32.store (i32.const ${2 * PAGE}) (i32.const ${RESULTS}))
      (i32.store offset=4 (i32.const ${2 * PAGE}) (i32.shl (local.get $count) (i32.const 3)))
      (drop (call $fd_write (i32.const 1) (i32.const ${2 * PAGE}) (i32.const 1)
        (i32.const ${2 * PAGE + 8})))))`;
}
