import assert from 'node:assert/strict';

import type { LoadOptions, RunOptions } from 'wasmedge-embed';

import { runOnce } from './run-guest.js';
import { wasmFile } from './wat.js';

/**
 * The functions of wasi_snapshot_preview1 by their parameters (i: i32, I: i64), transcribed from
 * wasi_snapshot_preview1.witx. Each returns an errno (i32), except proc_exit, which does not
 * return.
 */
export const WASI_FUNCTIONS = {
  args_get: 'ii',
  args_sizes_get: 'ii',
  environ_get: 'ii',
  environ_sizes_get: 'ii',
  clock_res_get: 'ii',
  clock_time_get: 'iIi',
  fd_advise: 'iIIi',
  fd_allocate: 'iII',
  fd_close: 'i',
  fd_datasync: 'i',
  fd_fdstat_get: 'ii',
  fd_fdstat_set_flags: 'ii',
  fd_fdstat_set_rights: 'iII',
  fd_filestat_get: 'ii',
  fd_filestat_set_size: 'iI',
  fd_filestat_set_times: 'iIIi',
  fd_pread: 'iiiIi',
  fd_prestat_get: 'ii',
  fd_prestat_dir_name: 'iii',
  fd_pwrite: 'iiiIi',
  fd_read: 'iiii',
  fd_readdir: 'iiiIi',
  fd_renumber: 'ii',
  fd_seek: 'iIii',
  fd_sync: 'i',
  fd_tell: 'ii',
  fd_write: 'iiii',
  path_create_directory: 'iii',
  path_filestat_get: 'iiiii',
  path_filestat_set_times: 'iiiiIIi',
  path_link: 'iiiiiii',
  path_open: 'iiiiiIIii',
  path_readlink: 'iiiiii',
  path_remove_directory: 'iii',
  path_rename: 'iiiiii',
  path_symlink: 'iiiii',
  path_unlink_file: 'iii',
  poll_oneoff: 'iiii',
  proc_exit: 'i',
  proc_raise: 'i',
  sched_yield: '',
  random_get: 'ii',
  sock_accept: 'iii',
  sock_recv: 'iiiiii',
  sock_send: 'iiiii',
  sock_shutdown: 'ii',
} as const;

export type WasiFunction = keyof typeof WASI_FUNCTIONS;

/** The errno values that the tests expect, by their number in typenames.witx. */
const ERRNO = new Map([
  [0, 'success'],
  [8, 'badf'],
  [20, 'exist'],
  [21, 'fault'],
  [28, 'inval'],
  [31, 'isdir'],
  [33, 'mfile'],
  [37, 'nametoolong'],
  [44, 'noent'],
  [54, 'notdir'],
  [57, 'notsock'],
  [58, 'notsup'],
  [63, 'perm'],
  [69, 'rofs'],
  [70, 'spipe'],
  [76, 'notcapable'],
]);

/** The name of an errno. */
export function errnoName(errno: number): string {
  return ERRNO.get(errno) ?? `errno ${errno}`;
}

/** `rights` of typenames.witx. */
export const RIGHTS = {
  fdRead: 1n << 1n,
  fdSeek: 1n << 2n,
  fdTell: 1n << 5n,
  fdWrite: 1n << 6n,
  pathOpen: 1n << 13n,
} as const;

/** `oflags` of typenames.witx. */
export const OFLAGS = { creat: 1, directory: 2, excl: 4, trunc: 8 } as const;

const PAGE = 65_536;
// The second page is the program's own: the errnos, then the buffer for printing them.
const ERRNOS = PAGE;
const REPORT = 2 * PAGE - 16;

export interface WasiOutcome {
  /** The result of each call, by name. */
  errnos: string[];
  /** The first 64 KiB of the guest's memory after the last call. */
  memory: Buffer;
  /** The output of the program under test. */
  stdout: Buffer;
  stderr: Buffer;
}

/** The import of a WASI function as WebAssembly text. */
export function wasiImport(name: WasiFunction): string {
  const params = Array.from(WASI_FUNCTIONS[name], (kind) => (kind === 'I' ? 'i64' : 'i32')).join(
    ' ',
  );
  const result = name === 'proc_exit' ? '' : '(result i32)';
  return `(import "wasi_snapshot_preview1" "${name}" (func $${name} (param ${params}) ${result}))`;
}

/**
 * A WebAssembly program that makes one WASI call after another, with constant arguments, and
 * finally reports the result of each and the content of its first 64 KiB of memory. Its memory has
 * two pages.
 */
export class WasiProgram {
  readonly #data: string[] = [];
  readonly #calls: string[] = [];
  readonly #used = new Set<WasiFunction>(['fd_write']);

  /** Puts bytes into memory before the first call. */
  data(address: number, content: string | Uint8Array): this {
    const escaped = [...Buffer.from(content)]
      .map((byte) => `\\${byte.toString(16).padStart(2, '0')}`)
      .join('');
    this.#data.push(`(data (i32.const ${address}) "${escaped}")`);
    return this;
  }

  /** Puts 32-bit numbers into memory before the first call. */
  words(address: number, ...values: number[]): this {
    return this.data(address, Buffer.from(Uint32Array.from(values).buffer));
  }

  call(name: Exclude<WasiFunction, 'proc_exit'>, ...args: (number | bigint)[]): this {
    const kinds = WASI_FUNCTIONS[name];
    assert.equal(args.length, kinds.length, `${name} takes ${kinds.length} arguments`);
    const pushed = args.map((value, index) => {
      return `(${kinds[index] === 'I' ? 'i64' : 'i32'}.const ${String(value)})`;
    });
    this.#used.add(name);
    const target = ERRNOS + 4 * this.#calls.length;
    this.#calls.push(`(i32.store (i32.const ${target}) (call $${name} ${pushed.join(' ')}))`);
    return this;
  }

  async run(load: LoadOptions = {}, run: RunOptions = {}): Promise<WasiOutcome> {
    const told = PAGE + 4 * this.#calls.length;
    const file = await wasmFile(`(module
      ${[...this.#used].map(wasiImport).join('\n')}
      (memory (export "memory") 2)
      ${this.#data.join('\n')}
      (func (export "_start")
        ${this.#calls.join('\n')}
        (i32.store (i32.const ${REPORT}) (i32.const 0))
        (i32.store (i32.const ${REPORT + 4}) (i32.const ${told}))
        (if (call $fd_write (i32.const 1) (i32.const ${REPORT}) (i32.const 1)
                            (i32.const ${REPORT + 8}))
          (then unreachable))))`);
    const { stdout, stderr } = await runOnce(file, load, run);
    const report = stdout.subarray(stdout.length - told);
    return {
      errnos: this.#calls.map((_, index) => errnoName(report.readUInt32LE(PAGE + 4 * index))),
      memory: report.subarray(0, PAGE),
      stdout: stdout.subarray(0, stdout.length - told),
      stderr,
    };
  }
}
