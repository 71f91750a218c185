import { readFileSync } from 'node:fs';
import path from 'node:path';

import { root } from '../../../scripts/setup/paths.mjs';

/**
 * Inputs of host_calls_fuzzer in which a guest behaves well: a base for mutations, since random
 * inputs seldom open a file or run a model. They are written in the form that HostileGuest and
 * GuestInvocation read (native/fuzz); one that no longer has its intended meaning is still a valid
 * input.
 */
export function hostCallSeeds() {
  return {
    'read-file': readFile(),
    'look-around': lookAround(),
    'standard-streams': standardStreams(),
    poll: poll(),
    'model-by-name': modelByName(),
    'model-of-the-guest': modelOfTheGuest(),
    'tensorflow-lite': tensorFlowLite(),
    'tensorflow-lite-legacy': tensorFlowLiteLegacy(),
  };
}

/** The functions of a host module, in the order of its table. */
function functionsOf(file, pattern) {
  const names = [...readFileSync(path.join(root, file), 'utf8').matchAll(pattern)];
  return names.map(([, name]) => name);
}

const inTable = /(?:Bind<\w+>\(|^\s+\{)"(\w+)"/gm;
const modules = {
  wasi: { choice: 1, functions: functionsOf('native/wasi/wasi_module.cc', inTable) },
  nn: { choice: 2, functions: functionsOf('native/host/wasi_nn.cc', inTable) },
  lite: { choice: 3, functions: functionsOf('native/host/tensorflow_lite.cc', inTable) },
};

const paths = ['a.txt', 'empty', 'dir', 'dir/b.txt', 'dir/sub/c', 'dir/../a.txt', '.', '..'];
const names = ['sum', 'bytes', 'pair', 'gather', 'left', 'right', 'values', 'chosen'];
const models = ['sum', 'bytes', 'pair', 'gather'];
const arrays = { '1,4': 0, '2,2': 1, 4: 2, 2: 3 };

/** An input for libFuzzer's FuzzedDataProvider, which reads integers from the end of the data. */
class Seed {
  #taken = [];
  #placed = 0;

  constructor() {
    this.#integer(1, 0, 2); // pages
  }

  /**
   * Each argument: a number, or a result of `at`, `count` and `stored`; a BigInt for a 64-bit one.
   */
  call(module, name, ...args) {
    const { choice, functions } = modules[module];
    if (!functions.includes(name)) throw new Error(`${module} has no function ${name}`);
    this.#integer(choice, 0, 3);
    this.#integer(functions.indexOf(name), 0, functions.length - 1);
    for (const argument of args) this.#argument(argument);
    return this;
  }

  path(text) {
    return this.#place(2, () => this.#integer(paths.indexOf(text), 0, paths.length));
  }
  name(text) {
    return this.#place(3, () => this.#integer(names.indexOf(text), 0, names.length + 1));
  }
  iovec(...words) {
    return this.#place(4, () => {
      this.#integer(1, 1, 4);
      for (const word of words) this.#argument(word);
    });
  }
  subscription(type, id, timeout, flags) {
    return this.#place(5, () => {
      this.#integer(1, 1, 4);
      this.#integer(7, 0, 255);
      this.#integer(type, 0, 3);
      this.#argument(id);
      this.#argument(timeout);
      this.#integer(flags, 0, 2);
    });
  }
  tensor(dimensions, dimensionCount, type, data, dataSize) {
    return this.#place(6, () => {
      this.#argument(dimensions);
      this.#argument(dimensionCount);
      this.#integer(type, 0, 6);
      this.#argument(data);
      this.#argument(dataSize);
    });
  }
  array(key) {
    return this.#place(7, () => this.#integer(arrays[key], 0, 4));
  }
  words(first, second) {
    return this.#place(8, () => {
      this.#argument(first);
      this.#argument(second);
    });
  }
  /** Room for a result. */
  room() {
    return this.words(0, 0);
  }
  model(name) {
    return this.#place(9, () => {
      this.#integer(models.indexOf(name), 0, models.length - 1);
      this.#integer(0, 0, 2); // mutations
    });
  }

  get bytes() {
    return Buffer.from(this.#taken.toReversed());
  }

  #place(kind, content) {
    this.#integer(0, 0, 3);
    this.#integer(kind, 0, 9);
    content();
    this.#integer(8, 0, 16); // gap
    this.#placed += 1;
    return this;
  }

  #argument(argument) {
    if (typeof argument === 'bigint') {
      this.#integer(3, 0, 3);
      this.#integer(argument, 0n, 2n ** 64n - 1n);
    } else if (typeof argument === 'number') {
      if (argument <= 16) {
        this.#integer(0, 0, 9);
        this.#integer(argument, 0, 16);
      } else {
        this.#integer(9, 0, 9);
        this.#integer(argument, 0, 2 ** 32 - 1);
      }
    } else {
      this.#integer({ at: 2, count: 3, stored: 4 }[argument.kind], 0, 9);
      if (argument.kind !== 'count' && this.#placed > 0) {
        this.#integer(argument.back, 0, Math.min(this.#placed, 8) - 1);
      }
    }
  }

  /**
   * As ConsumeIntegralInRange reads it: as many bytes as the range needs, most significant first.
   */
  #integer(value, minimum, maximum) {
    let digits = 0;
    for (let range = BigInt(maximum) - BigInt(minimum); range > 0n; range >>= 8n) digits += 1;
    const offset = BigInt(value) - BigInt(minimum);
    for (let digit = digits - 1; digit >= 0; --digit) {
      this.#taken.push(Number((offset >> BigInt(8 * digit)) & 0xffn));
    }
  }
}

/** The address of the data placed `back` placements ago, 0 for the last. */
const at = (back) => ({ kind: 'at', back });
/** The length of the data that the last `at` refers to. */
const count = { kind: 'count' };
/** The number stored there. */
const stored = (back) => ({ kind: 'stored', back });

const anyRights = 2n ** 64n - 1n;
const read = 2n;

function openFile(seed, file) {
  return seed
    .path(file)
    .room()
    .call('wasi', 'path_open', 3, 1, at(1), count, 0, read, anyRights, 0, at(0));
}

function readFile() {
  const seed = openFile(new Seed(), 'a.txt');
  // From here on: 2 is the descriptor, 1 a buffer, 0 the buffer's iovec.
  seed.room().iovec(at(0), 8);
  seed.call('wasi', 'fd_read', stored(2), at(0), 1, at(1));
  seed.call('wasi', 'fd_pread', stored(2), at(0), 1, 4n, at(1));
  seed.call('wasi', 'fd_seek', stored(2), 3n, 0, at(1));
  seed.call('wasi', 'fd_tell', stored(2), at(1));
  seed.call('wasi', 'fd_filestat_get', stored(2), at(1));
  seed.call('wasi', 'fd_fdstat_get', stored(2), at(1));
  seed.call('wasi', 'fd_fdstat_set_flags', stored(2), 1);
  seed.call('wasi', 'fd_advise', stored(2), 0n, 4n, 1);
  seed.call('wasi', 'fd_write', stored(2), at(0), 1, at(1));
  seed.call('wasi', 'fd_renumber', stored(2), 0);
  seed.call('wasi', 'fd_read', 0, at(0), 1, at(1));
  return seed.call('wasi', 'fd_close', 0).bytes;
}

function lookAround() {
  const seed = openFile(new Seed(), 'dir').room();
  seed.call('wasi', 'fd_readdir', stored(1), at(0), 300, 0n, at(1));
  seed.path('dir/b.txt').call('wasi', 'path_filestat_get', 3, 1, at(0), count, at(1));
  seed.call('wasi', 'path_unlink_file', 3, at(0), count);
  seed.call('wasi', 'path_create_directory', 3, at(0), count);
  seed.call('wasi', 'path_rename', 3, at(0), count, 3, at(0), count);
  seed.call('wasi', 'path_readlink', 3, at(0), count, at(1), 16, at(2));
  seed.room().call('wasi', 'fd_prestat_get', 3, at(0));
  return seed.call('wasi', 'fd_prestat_dir_name', 3, at(0), 1).bytes;
}

function standardStreams() {
  const seed = new Seed().room().room().iovec(at(0), 16);
  seed.call('wasi', 'fd_read', 0, at(0), 1, at(1));
  seed.call('wasi', 'fd_write', 1, at(0), 1, at(1));
  seed.call('wasi', 'fd_write', 2, at(0), 1, at(1));
  seed.call('wasi', 'args_sizes_get', at(1), at(2));
  seed.call('wasi', 'args_get', at(1), 4096);
  seed.call('wasi', 'environ_sizes_get', at(1), at(2));
  seed.call('wasi', 'environ_get', at(1), 4096);
  seed.call('wasi', 'clock_time_get', 1, 1n, at(1));
  seed.call('wasi', 'clock_res_get', 0, at(1));
  seed.call('wasi', 'random_get', at(1), 16);
  seed.call('wasi', 'sched_yield');
  return seed.call('wasi', 'proc_exit', 3).bytes;
}

function poll() {
  const seed = new Seed().room().subscription(1, 0, 0n, 0).room();
  seed.call('wasi', 'poll_oneoff', at(1), 4096, 1, at(2));
  seed.subscription(0, 1, 1000n, 0);
  seed.call('wasi', 'poll_oneoff', at(0), 4096, 1, at(3));
  seed.subscription(2, 1, 0n, 0);
  return seed.call('wasi', 'poll_oneoff', at(0), 4096, 1, at(4)).bytes;
}

/**
 * Sets both inputs of a model of [1,4] float32 and runs it in the context that `stored(4)` refers
 * to.
 */
function compute(seed) {
  // 2 is the dimensions, 1 the data, 0 the tensor; the context is stored before these.
  seed.array('1,4').model('sum').tensor(at(1), count, 1, at(0), 16);
  seed.call('nn', 'set_input', stored(3), 0, at(0));
  seed.call('nn', 'set_input', stored(3), 1, at(0));
  seed.call('nn', 'compute', stored(3));
  return seed.call('nn', 'get_output', stored(3), 0, 8192, 16, at(2));
}

function modelByName() {
  const seed = new Seed().name('sum').room().room();
  seed.call('nn', 'load_by_name', at(2), count, at(1));
  seed.call('nn', 'load_by_name_with_config', at(2), count, 0, 0, at(1));
  seed.call('nn', 'init_execution_context', stored(1), at(0));
  compute(seed);
  seed.call('nn', 'get_output_single', stored(3), 0, 8192, 16, at(2));
  seed.call('nn', 'unload', 0);
  seed.call('nn', 'finalize_execution_context', stored(3));
  return seed.call('nn', 'init_execution_context', 0, at(2)).bytes;
}

function modelOfTheGuest() {
  const seed = new Seed().room().model('sum').words(at(0), count).room();
  seed.call('nn', 'load', at(1), 1, 4, 0, at(3));
  seed.call('nn', 'init_execution_context', stored(3), at(0));
  return compute(seed).bytes;
}

function tensorFlowLite() {
  const seed = new Seed().room().model('sum');
  seed.call('lite', 'create_session', at(0), count, at(1));
  seed.name('left').call('lite', 'append_input', stored(2), at(0), count, 128, 16);
  seed.name('right').call('lite', 'append_input', stored(3), at(0), count, 128, 16);
  seed.call('lite', 'run_session', stored(3));
  // The output's name is that of the graph's third tensor, and also the name of a model.
  seed.name('sum').room().call('lite', 'get_output_tensor', stored(5), at(1), count, at(0));
  seed.call('lite', 'get_tensor_len', stored(5), 0, at(0));
  seed.call('lite', 'get_tensor_data', stored(5), 0, 8192, 16, at(0));
  return seed.call('lite', 'delete_session', stored(5)).bytes;
}

function tensorFlowLiteLegacy() {
  const call = (name, ...args) => seed.call('lite', `wasmedge_tensorflowlite_${name}`, ...args);
  // The first session, and its first output.
  const session = 1n << 32n;
  const tensor = 1n << 63n;
  const seed = new Seed().model('sum');
  call('create_session', at(0), count);
  seed.name('left');
  call('append_input', session, at(0), count, 128, 16);
  seed.name('right');
  call('append_input', session, at(0), count, 128, 16);
  call('run_session', session);
  seed.name('sum');
  call('get_output_tensor', session, at(0), count);
  call('get_tensor_len', tensor);
  call('get_tensor_data', tensor, 8192);
  call('delete_session', session);
  return seed.bytes;
}
