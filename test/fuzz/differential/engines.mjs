import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';

import { root } from '../../../scripts/setup/paths.mjs';

const require = createRequire(import.meta.url);
const { loadModule, WasmEdgeError } = require(path.join(root, 'dist/index.js'));
const { addon } = require(path.join(root, 'dist/addon/native.js'));

/**
 * The time limit for a group of invocations: generated guests terminate, but mutated ones may not.
 */
const timeoutMs = 10_000;

/**
 * The outcome of a call.
 *
 * @typedef {{ kind: 'value', value: string } | { kind: 'trap', trap: string } | { kind: 'none', reason: string }} Outcome
 *   `none` where there is nothing to compare: no import of that name, a time limit, an end of the stack
 */

/** Whether the engine accepts the module, and how it is called. */
class Engine {
  /** @param {string} [refusal] why it does not take it */
  constructor(refusal) {
    this.refusal = refusal;
  }

  async close() {}
}

/**
 * To be called before any module is loaded: the first open of WasmEdge decides whether LLVM is
 * available.
 */
export async function openWasmEdge() {
  const empty = Buffer.from('0061736d01000000', 'hex');
  await addon().compile({ ...compileOptions, input: empty, output: '/dev/null' });
  return (await addon().runtime()).version;
}

const compileOptions = {
  optimize: 3,
  generic: false,
  interruptible: false,
  meter: false,
  universal: false,
};

class WasmEdgeEngine extends Engine {
  #module;

  /** @param {import('../../../dist/index.js').LoadedModule | undefined} module */
  constructor(module, refusal) {
    super(refusal);
    this.#module = module;
  }

  async call({ name, args }) {
    try {
      return valueOf(await this.#module.call(name, ...args));
    } catch (error) {
      return outcomeOfError(error);
    }
  }

  async close() {
    await this.#module?.close();
  }
}

function outcomeOfError(error) {
  if (!(error instanceof WasmEdgeError)) throw error;
  if (error.code !== 'ERR_TRAP') return { kind: 'none', reason: error.code };
  if (error.trap === 'stack-overflow') return { kind: 'none', reason: error.trap };
  return { kind: 'trap', trap: error.trap };
}

/** WasmEdge with compiled code, which is compiled here into the file `output`. */
export async function openCompiled(file, output, options) {
  try {
    await compile(readFileSync(file), output, options);
    return await loaded(output, {});
  } catch (error) {
    return refused(error);
  }
}

async function compile(input, output, options) {
  try {
    await addon().compile({ ...compileOptions, ...options, input, output });
  } catch (error) {
    // A library with LLVM inside can compile only for this processor.
    if (!options.generic || error.code !== 'ERR_NATIVE_LOAD') throw error;
    await compile(input, output, { ...options, generic: false });
  }
}

/** WasmEdge's interpreter. */
export async function openInterpreted(file) {
  try {
    return await loaded(file, { aot: 'off' });
  } catch (error) {
    return refused(error);
  }
}

/** WasmEdge with instances that begin with the state left by `prepare`. */
export async function openPrepared(file, options) {
  try {
    return await loaded(file, { ...options, snapshot: 'prepare' });
  } catch (error) {
    // These errors never come from the function itself.
    if (['ERR_SNAPSHOT', 'ERR_MODULE_INVALID'].includes(error.code)) throw error;
    return new UnpreparedEngine(outcomeOfError(error));
  }
}

/** For a module whose preparing function fails: then all calls fail. */
class UnpreparedEngine extends Engine {
  #outcome;

  /** @param {Outcome} outcome */
  constructor(outcome) {
    super();
    this.#outcome = outcome;
  }

  async call() {
    return this.#outcome;
  }
}

async function loaded(file, options) {
  const limits = { timeoutMs };
  return new WasmEdgeEngine(await loadModule(file, { ...options, concurrency: 1, limits }));
}

function refused(error) {
  // The addon's own errors have codes of this form, too.
  if (!error.code?.startsWith('ERR_')) throw error;
  return new WasmEdgeEngine(undefined, `${error.code}: ${error.message}`);
}

/** Node's own engine. */
export class V8Engine extends Engine {
  #module;
  #isPrepared;
  #kept;

  /** @param {string} file @param {boolean} [isPrepared] whether instances begin with what `prepare` leaves */
  constructor(file, isPrepared = false) {
    const { module, refusal } = compiledByV8(readFileSync(file));
    super(refusal);
    this.#module = module;
    this.#isPrepared = isPrepared;
  }

  /** @returns {{ name: string, kind: string }[]} */
  get exports() {
    return WebAssembly.Module.exports(this.#module);
  }

  /** An instance for inspecting the exports. */
  instance() {
    const instance = new WebAssembly.Instance(this.#module, imports);
    if (this.#isPrepared) instance.exports.prepare();
    return instance;
  }

  /** Each call has a fresh instance, except those that restore what they change (`touches`). */
  call({ name, args, touches }) {
    try {
      if (touches === undefined) return valueOf(this.instance().exports[name](...args));
      this.#kept ??= this.instance();
      return this.#callKept(name, args, touches);
    } catch (error) {
      return outcomeOfException(error);
    }
  }

  #callKept(name, args, { begin, end }) {
    const { memory } = this.#kept.exports;
    const part = new Uint8Array(memory.buffer).subarray(begin, end);
    const before = part.slice();
    try {
      return valueOf(this.#kept.exports[name](...args));
    } finally {
      part.set(before);
    }
  }
}

function compiledByV8(bytes) {
  try {
    return { module: new WebAssembly.Module(bytes) };
  } catch (error) {
    if (!(error instanceof WebAssembly.CompileError)) throw error;
    return { refusal: error.message };
  }
}

/** What generated modules may import. */
const imports = { wasi_snapshot_preview1: { sched_yield: () => 0 } };

function valueOf(value) {
  // -0 and 0 are different.
  return { kind: 'value', value: Object.is(value, -0) ? '-0' : String(value) };
}

/** V8's messages, by their meaning. Some versions include the segment's name, and the caller's. */
const trapMessages = [
  [/^unreachable$/, 'unreachable'],
  [/memory access out of bounds$|data segment/, 'memory'],
  [/table (index|access) (is )?out of bounds|element segment|table initializer/, 'table'],
  [/^null function or function signature mismatch$/, 'function type'],
  [/^(divide|remainder) by zero$/, 'division by zero'],
  [/^divide result unrepresentable$/, 'overflow'],
  [/^float unrepresentable in integer range$/, 'conversion'],
];

function outcomeOfException(error) {
  if (error instanceof RangeError) return { kind: 'none', reason: error.message };
  if (error instanceof WebAssembly.LinkError) return { kind: 'none', reason: error.message };
  if (!(error instanceof WebAssembly.RuntimeError)) {
    // For values of types that do not exist in JavaScript.
    if (error instanceof TypeError) return { kind: 'none', reason: error.message };
    throw error;
  }
  const known = trapMessages.find(([pattern]) => pattern.test(error.message));
  return { kind: 'trap', trap: known ? known[1] : error.message };
}
